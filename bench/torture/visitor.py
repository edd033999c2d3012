"""A visitor without a browser: speaks the protocol of Streamlit's server, as its front end does.

A browser takes half a gigabyte; fifty of these take none to speak of.
"""

import asyncio
import json
import uuid
from dataclasses import dataclass, field

import aiortc
import requests
from streamlit.proto.BackMsg_pb2 import BackMsg
from streamlit.proto.Element_pb2 import Element
from streamlit.proto.ForwardMsg_pb2 import ForwardMsg
from streamlit.proto.WidgetStates_pb2 import WidgetState
from websockets.asyncio.client import ClientConnection, connect

ANSWER_S = 180.0  # that anything may take on a machine where fifty others ask
_FULL_RUN, _EARLY, _FRAGMENT = 0, 2, 3  # how a run of a page ends
NO_SERVERS = aiortc.RTCConfiguration(iceServers=[])


class Trouble(Exception):
    """What no visitor should meet."""


@dataclass
class Visitor:
    """One browser window. Use it with `async with`.

    Attributes:
        place: "127.0.0.1:8501".
        page: name in the address, "Photo" for example.
        query: of the address, without its question mark.
        elements: what the page shows, by its place in it.
    """

    place: str
    page: str
    query: str = ""
    elements: dict[tuple[int, ...], Element] = field(default_factory=dict)

    async def __aenter__(self) -> "Visitor":
        self._http = requests.Session()
        # The server closes a connection that was idle for five seconds. A browser then takes
        # another one; this client would report that it was reset.
        self._http.headers["Connection"] = "close"
        health = f"http://{self.place}/_stcore/health"
        await asyncio.to_thread(self._http.get, health, timeout=ANSWER_S)
        self._xsrf = self._http.cookies.get("_streamlit_xsrf", "")
        self._states: dict[str, WidgetState] = {}
        self._session, self._script, self._urls = "", "", None
        self._line: ClientConnection = await connect(
            f"ws://{self.place}/_stcore/stream",
            subprotocols=["streamlit"],
            max_size=None,
            open_timeout=ANSWER_S,
            ping_interval=None,
        )
        await self.run()
        return self

    async def __aexit__(self, *_) -> None:
        await self._line.close()
        self._http.close()

    async def run(self, *states: WidgetState) -> None:
        """Let the page run with changed widgets, to its end.

        Raises:
            Trouble: it ends with an error, or does not end.
        """
        self._states |= {state.id: state for state in states}
        message = BackMsg()
        asked = message.rerun_script
        asked.page_script_hash, asked.page_name = self._script, "" if self._script else self.page
        asked.context_info.url, asked.query_string = f"http://{self.place}/{self.page}", self.query
        asked.widget_states.widgets.extend(self._states.values())
        await self._line.send(message.SerializeToString())
        await self._until(lambda told: told.script_finished == _FULL_RUN, "script_finished")
        broken = [each for each in self.elements.values() if each.WhichOneof("type") == "exception"]
        if broken:
            raise Trouble(f"{self.page}: {broken[0].exception.type or 'an error'}")

    async def go(self, page: str, query: str = "") -> None:
        """Switch to another page in the same window."""
        self.page, self.query, self._script, self._states = page, query, "", {}
        await self.run()

    async def _until(self, met, kind: str) -> ForwardMsg:
        """Read until a message of this kind meets a condition."""
        async with asyncio.timeout(ANSWER_S):
            while True:
                told = ForwardMsg()
                told.ParseFromString(await self._line.recv())
                self._take(told)
                if told.WhichOneof("type") == kind and met(told):
                    return told

    def _take(self, told: ForwardMsg) -> None:
        if told.WhichOneof("type") == "new_session":
            self._session = told.new_session.initialize.session_id
            self.elements.clear()
        elif told.WhichOneof("type") == "navigation":
            self._script = told.navigation.page_script_hash
        elif told.WhichOneof("type") == "delta":
            self.elements[tuple(told.metadata.delta_path)] = told.delta.new_element

    def one(self, kind: str) -> Element:
        """The first element of a kind.

        Raises:
            Trouble: there is none.
        """
        for each in self.elements.values():
            if each.WhichOneof("type") == kind:
                return each
        raise Trouble(f"{self.page} shows no {kind}")

    def shows(self, kind: str) -> bool:
        """Whether there is an element of a kind."""
        return any(each.WhichOneof("type") == kind for each in self.elements.values())

    async def drop(self, name: str, data: bytes) -> None:
        """Upload a file and let the page run with it."""
        message = BackMsg()
        message.file_urls_request.request_id = uuid.uuid4().hex
        message.file_urls_request.session_id = self._session
        message.file_urls_request.file_names.append(name)
        await self._line.send(message.SerializeToString())
        told = await self._until(lambda _: True, "file_urls_response")
        (urls,) = told.file_urls_response.file_urls
        answer = await asyncio.to_thread(
            self._http.put,
            f"http://{self.place}{urls.upload_url}",
            files={"file": (name, data)},
            headers={"X-Xsrftoken": self._xsrf},
            timeout=ANSWER_S,
        )
        if not answer.ok:
            raise Trouble(f"The upload is refused: {answer.status_code}")
        state = WidgetState(id=self.one("file_uploader").file_uploader.id)
        info = state.file_uploader_state_value.uploaded_file_info.add()
        info.name, info.size, info.file_id = name, len(data), urls.file_id
        info.file_urls.CopyFrom(urls)
        await self.run(state)

    async def call(
        self, camera: aiortc.MediaStreamTrack
    ) -> tuple[aiortc.RTCPeerConnection, asyncio.Queue]:
        """Press START: send a camera's pictures; the connection, and a queue of what comes back."""
        peer, tracks = aiortc.RTCPeerConnection(NO_SERVERS), asyncio.Queue()
        peer.addTrack(camera)
        peer.on("track", tracks.put_nowait)
        await peer.setLocalDescription(await peer.createOffer())
        offer = {"sdp": peer.localDescription.sdp, "type": peer.localDescription.type}
        await self.run(self._webrtc(playing=False, sdpOffer=offer))
        for _ in range(3):  # the answer comes with this run of the page or with the next one
            answer = json.loads(self.one("component_instance").component_instance.json_args)
            if answer.get("sdp_answer_json"):
                break
            await self.run()
        else:
            raise Trouble("No answer to the offer of a connection")
        described = aiortc.RTCSessionDescription(**json.loads(answer["sdp_answer_json"]))
        await peer.setRemoteDescription(described)
        await self.run(self._webrtc(playing=True))
        return peer, tracks

    def _webrtc(self, **value) -> WidgetState:
        known_by = self.one("component_instance").component_instance.id
        return WidgetState(id=known_by, json_value=json.dumps(value))
