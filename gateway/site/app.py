"""The page and the sign-in over HTTP, behind the gateway."""

import asyncio

from starlette.applications import Starlette
from starlette.requests import Request
from starlette.responses import FileResponse, JSONResponse, PlainTextResponse, Response
from starlette.routing import Route

from gateway.site.files import SECURITY, Site
from gateway.site.sign_in import DeveloperSignIn, SignInRefused

_NOT_BUILT = (
    "The studio's page has not been built: install Node.js 20 or later, then run ./boumb studio\n"
    "La page du studio n'a pas été construite : installez Node.js 20 ou plus, puis lancez ./boumb studio\n"
)


def site_app(site: Site, sign_in: DeveloperSignIn | None) -> Starlette:
    """Make the application.

    Args:
        site: The built page.
        sign_in: Signs a developer in; None where an application of its own does that.
    """

    async def page(request: Request) -> Response:
        path = request.url.path
        file = await asyncio.to_thread(site.find, path)
        if file is None:
            if path == "/":
                return PlainTextResponse(_NOT_BUILT, 503, headers=SECURITY)
            return PlainTextResponse("not found\n", 404, headers=SECURITY)
        headers = file.headers()
        if file.etag in request.headers.get("if-none-match", ""):
            return Response(status_code=304, headers=headers)
        content, encoding = file.best(request.headers.get("accept-encoding", ""))
        if encoding:
            headers["content-encoding"] = encoding
        return FileResponse(content, headers=headers)

    async def session(request: Request) -> Response:
        no_store = {**SECURITY, "cache-control": "no-store"}
        if sign_in is None:
            return JSONResponse({"error": "nobody is signed in here"}, 404, headers=no_store)
        told = [request.headers.get(name, "") for name in ("host", "origin", "sec-fetch-site")]
        try:
            token = await asyncio.to_thread(sign_in.token, *told)
        except SignInRefused as error:
            return JSONResponse({"error": str(error)}, 403, headers=no_store)
        return JSONResponse({"token": token, "expires_in": sign_in.lifetime_s}, headers=no_store)

    return Starlette(
        routes=[
            Route("/session", session, methods=["POST"]),
            Route("/{path:path}", page, methods=["GET"]),
        ]
    )
