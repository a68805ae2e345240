"""What a kitchen hears: cues and sentences, when, in which order; engine and players behind it.

Three parts, joined by the display on its one loop:

    sound = Sound(data / "sound")                # plays; `note` says why there is none
    announcer = Announcer("expo", device=…, lang="zh", room=Room())     # decides; pure
    speaker = Speaker([announcer], sound, look)  # asks the ones, feeds the other
    sound.start()

    announcer.up_to_date(known, kitchen, book, moment)      # each time the board is whole again
    announcer.hear(before, event, after, book, moment)      # each event, as it is applied
    announcer.link_lost(tick); announcer.link_back(tick); announcer.refused(tick)
    speaker.nudge()                              # after any of these

    speaker.stop(); await sound.stop()

What plays and what speaks (`python -m kds.sound.voicebox`) are processes of their own.
"""
