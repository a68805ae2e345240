"""Vendors' pushes: `/v1/pos/{vendor}`, proven by the vendor's own signature."""

from __future__ import annotations

from fastapi import APIRouter
from starlette.requests import Request
from starlette.responses import Response

from pos_bridge.access import Access, Caller
from pos_bridge.adapters.adapter import BadSignature, Push
from pos_bridge.channels.directory import Channel
from pos_bridge.channels.intake import PushReply
from pos_bridge.http.answers import answer, error, unavailable
from pos_bridge.http.bodies import BodyRefusedError
from pos_bridge.http.guard import PUSHES, caller_of
from pos_bridge.http.raw import JSON, RawRoute, answers, in_path
from pos_bridge.http.services import Services
from pos_bridge.http.shapes import Failure, PushAnswer, PushRejection, VendorsWords
from pos_bridge.settings import is_loopback
from pos_bridge.writer import NotDurableError

_ANSWERS = {200: {"model": PushAnswer | VendorsWords, "description": "It is on disk."}} | answers(
    _400=PushRejection,
    _401=Failure,
    _404=Failure,
    _413=PushRejection,
    _422=PushRejection,
    _503=Failure,
)
_BODY = {
    "requestBody": {
        "required": False,
        "content": {"*/*": {"schema": {"description": "What the vendor's system sends."}}},
    }
}


def router(services: Services, access: Access) -> APIRouter:
    """Return the calls of vendors."""
    calls = APIRouter(tags=["vendors"], route_class=RawRoute)

    async def take_push(request: Request) -> Response:
        """Take what a vendor's system pushes. 2xx means: it is on disk.

        With a secret in the bridge's `pos.toml` the vendor's signature must hold; without one
        only programs on this machine may send. `topic` is for vendors with an address per event.
        """
        return await _take(services, access, request)

    for method in ("POST", "GET"):
        for path in ("{vendor}", "{vendor}/{topic:path}"):
            calls.add_api_route(
                PUSHES + path,
                take_push,
                methods=[method],
                summary="Send a vendor's payload" if method == "POST" else "The same by GET",
                responses=_ANSWERS,
                openapi_extra=_described(path, has_body=method == "POST"),
                operation_id=f"push_{method}_{'topic' if 'topic' in path else 'vendor'}".lower(),
            )
    return calls


def _described(path: str, *, has_body: bool) -> dict[str, object]:
    names = ("vendor", "topic") if "topic" in path else ("vendor",)
    return {**in_path(*names), **(_BODY if has_body else {})}


async def _take(services: Services, access: Access, request: Request) -> Response:
    """Find the vendor, read the body, check who sent it, hand on, answer."""
    vendor = request.path_params["vendor"]
    channel = services.channels.of(vendor)
    if not services.channels.is_settled(vendor):
        return unavailable("The settings of this channel can not be read; send again.")
    if channel is None:
        return error(404, f"No vendor {vendor!r} is set up here.")
    if not channel.settings.secrets:
        refusal = _refusal_of_unsigned(access, request)
        if refusal is not None:
            services.channels.refused(vendor, "no secret is set, and it comes from elsewhere")
            return refusal
    try:
        async with services.bodies.of(request) as body:
            return await _taken(services, channel, _push(request, channel, body))
    except BodyRefusedError as refused:
        return await _of_refused(services, channel, request, refused)
    except NotDurableError as failure:
        return unavailable(str(failure))


def _refusal_of_unsigned(access: Access, request: Request) -> Response | None:
    """Without a secret only this machine may send, and as it may send anything else."""
    caller = caller_of(request.scope)
    if not _is_here(caller):
        return error(401, "Set a secret for this vendor in pos.toml.")
    refusal = access.refusal(caller)
    return None if refusal is None else error(refusal.status, refusal.message)


def _is_here(caller: Caller) -> bool:
    return is_loopback(caller.address)


async def _taken(services: Services, channel: Channel, push: Push) -> Response:
    vendor = channel.adapter.vendor
    if not push.body and "?" not in push.url:  # nothing to take, so nothing to prove
        return _answered(services.pushes.probe(channel, push))
    if channel.settings.secrets:
        try:
            await services.pushes.verify(channel, push)
        except BadSignature as bad:
            services.channels.refused(vendor, str(bad))
            return error(401, "The signature does not fit.")
        services.channels.accepted(vendor)
    return _answered(await services.pushes.take(channel, push))


async def _of_refused(
    services: Services, channel: Channel, request: Request, refused: BodyRefusedError
) -> Response:
    """Answer for a body that did not come whole: shown, unless nobody knows who sent it."""
    if refused.status == 503:
        return unavailable(refused.message)
    if channel.settings.secrets:
        return error(refused.status, refused.message)
    push = _push(request, channel, refused.start)
    try:
        return _answered(
            await services.pushes.refuse(channel, push, refused.status, refused.message)
        )
    except NotDurableError as failure:
        return unavailable(str(failure))


def _push(request: Request, channel: Channel, body: bytes) -> Push:
    public, query = channel.settings.public_url, request.url.query
    topic = request.path_params.get("topic", "").strip("/")
    if public:
        public += (f"/{topic}" if topic else "") + (f"?{query}" if query else "")
    headers = {name: value for name, value in request.headers.items()}  # noqa: C416  # last of a name
    content_type = headers.get("content-type", "")
    return Push(body, content_type, headers, public or str(request.url), topic, request.method)


def _answered(reply: PushReply) -> Response:
    if reply.body is not None:
        return Response(reply.body, reply.status, media_type=JSON)
    return answer(reply.content, reply.status)
