"""What the keys of pace rules are for, as editors show it."""

from __future__ import annotations

from collections.abc import Mapping
from types import MappingProxyType

from kds.kitchen.wording import Wording

PACE_WORDS: Mapping[str, Wording] = MappingProxyType(
    {
        "capacity": Wording(
            "同时能做几份，如 6 份；多出来的标为“下一批”",
            "Portions worked on at a time, such as 6 portions; what is beyond is marked as next",
        ),
        "prep_plus": Wording(
            "做法让制作时间变长或变短：{modifier_has: 全熟, add: 4 分钟}",
            "Modifiers that take longer, or less: {modifier_has: well done, add: 4 min}",
        ),
        "add": Wording("多多久", "So much longer"),
        "less": Wording("少多久", "So much less"),
        "rushed": Wording(
            "客人催了怎么办：start 马上开做，ask 问出菜口要不要叫起，wait 照样等",
            "What if the guest asks for it: start it, ask the pass whether to, or wait on",
        ),
        "CallSpec.class": Wording("哪些类别等叫", "Classes of dishes that wait for call"),
        "CallSpec.entry": Wording("哪些菜单项等叫", "Menu entries that wait for call"),
        "CallSpec.reason": Wording("屏幕上显示的原因", "Why, as screens show it"),
        "CallSpec.timeout": Wording(
            "最多等多久，到时自动放行", "How long at most; then they go without call"
        ),
        "CoursesSpec.order": Wording(
            "先后几道；每道写类别，或 {class: …, course: POS 里的叫法}",
            "The courses in turn: classes, or {class: …, course: as the till calls it}",
        ),
        "StageSpec.class": Wording("这一道的类别", "Classes of dishes in this course"),
        "StageSpec.course": Wording("POS 里的叫法", "As the till calls this course"),
        "next_when": Wording("什么时候叫下一道", "When the next course is fired"),
        "NextSpec.served": Wording(
            "前一道上桌多少，如 80 %、all", "How much of the one before is served: 80 %, all"
        ),
        "NextSpec.ready": Wording(
            "前一道做好多少，如 80 %、all", "How much of the one before is ready: 80 %, all"
        ),
        "NextSpec.after": Wording(
            "前一道叫起后最迟多久", "So long after the one before was fired at the latest"
        ),
        "CoursesSpec.reason": Wording("屏幕上显示的原因", "Why, as screens show it"),
        "TogetherSpec.class": Wording("哪些类别一起出", "Classes of dishes that finish together"),
        "TogetherSpec.entry": Wording("哪些菜单项一起出", "Menu entries that finish together"),
        "TogetherSpec.within": Wording("前后相差多久以内", "So close to each other"),
        "replan": Wording(
            "最慢的迟开做时，其他的是否跟着往后",
            "Whether others wait if the longest starts late",
        ),
        "TogetherSpec.timeout": Wording("跟着等最多多久", "How long at most they wait with it"),
        "TogetherSpec.reason": Wording(
            "屏幕上显示的原因；可用 {dish}", "Why, as screens show it; with {dish}"
        ),
        "DueSpec.class": Wording("只管这些类别", "Only dishes of these classes"),
        "DueSpec.entry": Wording("只管这些菜单项", "Only dishes of these menu entries"),
        "lead": Wording(
            "提前多久开做：prep + 5 分钟，或 20 分钟",
            "So long before it is due: prep + 5 min, or 20 min",
        ),
        "no_prep": Wording(
            "没写制作时间的菜按多久算", "Taken as the prep time of dishes that state none"
        ),
        "add_load": Wording(
            "工位忙时再提前，最多多久；no 不看忙闲（工位要写 capacity）",
            "Up to so much earlier for what stations with a capacity have to do; or no",
        ),
        "ahead": Wording(
            "下单后多久以内要的不算预订，马上做",
            "What is due sooner after it was ordered is started at once",
        ),
        "shown": Wording(
            "开做前多久出现在工位上（出菜口和总览一直有）；不写则马上出现",
            "So long before its start the stations see it; the pass always does; or at once",
        ),
        "DueSpec.reason": Wording(
            "屏幕上显示的原因；可用 {time}", "Why, as screens show it; with {time}"
        ),
    }
)
