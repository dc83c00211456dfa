"""AWS signatures, held against botocore's own and against the document's formula."""

from __future__ import annotations

import asyncio
import hmac
import threading
from collections.abc import Callable, Iterator
from hashlib import sha256
from pathlib import Path
from urllib.parse import quote, urlsplit

import pytest

from llmkit import ConfigurationError
from llmkit._auth import credentials_for
from llmkit._http import HttpRequest

pytest.importorskip("botocore")

from botocore.auth import SigV4Auth  # type: ignore[import-untyped]
from botocore.awsrequest import AWSRequest  # type: ignore[import-untyped]
from botocore.credentials import Credentials  # type: ignore[import-untyped]

from llmkit._auth.sigv4 import AwsCredentials

ACCESS, SECRET, TOKEN = "AKIDEXAMPLE", "wJalrXUtnFEMI/K7MDENG+bPxRfiCYEXAMPLEKEY", "session/token=="
HOST = "https://bedrock-runtime.us-east-1.amazonaws.com"
ARN = "arn:aws:bedrock:us-east-1:123456789012:inference-profile/us.anthropic.claude-sonnet-4-5"
PATHS = {
    "plain": "/model/amazon.titan-text-lite-v1/converse",
    "colon": "/model/amazon.nova-micro-v1%3A0/converse-stream",
    "bare colon": "/model/amazon.nova-micro-v1:0/converse",
    "arn": f"/model/{quote(ARN, safe='')}/converse",
    "query": "/model/m/converse?b=2&a=1%2F3",
}


@pytest.fixture(autouse=True)
def _environment(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    """Static keys, and nothing of the machine's own."""
    for name in ("AWS_PROFILE", "AWS_REGION", "AWS_DEFAULT_REGION", "AWS_BEARER_TOKEN_BEDROCK"):
        monkeypatch.delenv(name, raising=False)
    monkeypatch.setenv("AWS_CONFIG_FILE", str(tmp_path / "config"))
    monkeypatch.setenv("AWS_SHARED_CREDENTIALS_FILE", str(tmp_path / "credentials"))
    monkeypatch.setenv("AWS_EC2_METADATA_DISABLED", "true")
    monkeypatch.setenv("AWS_ACCESS_KEY_ID", ACCESS)
    monkeypatch.setenv("AWS_SECRET_ACCESS_KEY", SECRET)
    monkeypatch.setenv("AWS_SESSION_TOKEN", TOKEN)


def request(path: str = PATHS["colon"], host: str = HOST) -> HttpRequest:
    """A request as the adapter builds them."""
    headers = {
        "Content-Type": "application/json",
        "Accept": "application/json",
        "User-Agent": "llmkit/0",
        "X-Custom": "  two   spaces ",
    }
    return HttpRequest("POST", host + path, headers, '{"text":"é"}'.encode())


def by_botocore(given: HttpRequest, moment: str, region: str) -> str:
    """The Authorization that botocore's own signer makes of *given* at *moment*."""
    signer = SigV4Auth(Credentials(ACCESS, SECRET, TOKEN), "bedrock", region)
    made = AWSRequest(given.method, given.url, dict(given.headers), given.body)
    made.context["timestamp"] = moment
    signer._modify_request_before_signing(made)
    told = signer.string_to_sign(made, signer.canonical_request(made))
    signer._inject_signature_to_request(made, signer.signature(told, made))
    return str(made.headers["Authorization"])


def by_the_document(sent: HttpRequest, region: str) -> str:
    """The signature over the headers that *sent* says are signed, step by step.

    Source: https://docs.aws.amazon.com/IAM/latest/UserGuide/reference_sigv-create-signed-request.html
    """
    headers = {name.lower(): " ".join(value.split()) for name, value in sent.headers.items()}
    parts = urlsplit(sent.url)
    headers["host"] = parts.netloc
    names = headers["authorization"].partition("SignedHeaders=")[2].partition(",")[0]
    lines = [
        sent.method,
        quote(parts.path, safe="/~-_."),  # each part is encoded once more than it is sent
        "&".join(sorted(parts.query.split("&"))),
        *(f"{name}:{headers[name]}" for name in names.split(";")),
        "",
        names,
        sha256(sent.body).hexdigest(),
    ]
    moment = headers["x-amz-date"]
    scope = f"{moment[:8]}/{region}/bedrock/aws4_request"
    digest = sha256("\n".join(lines).encode()).hexdigest()
    key = f"AWS4{SECRET}".encode()
    for step in scope.split("/"):
        key = hmac.digest(key, step.encode(), "sha256")
    text = f"AWS4-HMAC-SHA256\n{moment}\n{scope}\n{digest}"
    return hmac.digest(key, text.encode(), "sha256").hex()


def in_thread(credentials: AwsCredentials, given: HttpRequest) -> HttpRequest:
    """*given*, signed in the async colour."""
    return asyncio.run(credentials.aauthorize(given))


COLOURS: dict[str, Callable[[AwsCredentials, HttpRequest], HttpRequest]] = {
    "sync": AwsCredentials.authorize,
    "async": in_thread,
}


@pytest.mark.parametrize("sign", COLOURS.values(), ids=COLOURS)
@pytest.mark.parametrize("path", PATHS.values(), ids=PATHS)
def test_a_signature_is_botocores_own(
    path: str, sign: Callable[[AwsCredentials, HttpRequest], HttpRequest]
) -> None:
    """For the same request and clock the signature is botocore's, and that of the document:
    colons and ARNs in the path are encoded twice."""
    given = request(path)
    sent = sign(AwsCredentials(), given)
    assert sent.headers["Authorization"] == by_botocore(
        given, sent.headers["X-Amz-Date"], "us-east-1"
    )
    assert sent.headers["Authorization"].endswith(f"Signature={by_the_document(sent, 'us-east-1')}")
    assert sent.headers["X-Amz-Security-Token"] == TOKEN
    assert (sent.method, sent.url, sent.body) == (given.method, given.url, given.body)
    assert {name: sent.headers[name] for name in given.headers} == dict(given.headers)


def test_signing_again_signs_anew() -> None:
    """A request that was signed for an attempt before is signed afresh, not twice."""
    credentials = AwsCredentials()
    once = credentials.authorize(request())
    again = credentials.authorize(once)
    assert again.headers.keys() == once.headers.keys()
    assert again.headers["Authorization"].endswith(by_the_document(again, "us-east-1"))


@pytest.mark.parametrize(
    ("host", "places", "region"),
    [
        ("https://bedrock-runtime.eu-west-3.amazonaws.com", {"region": "us-east-1"}, "eu-west-3"),
        ("https://bedrock-runtime-fips.us-gov-west-1.amazonaws.com", {}, "us-gov-west-1"),
        ("https://bedrock-runtime.cn-north-1.amazonaws.com.cn", {}, "cn-north-1"),
        (
            "https://vpce-1a.bedrock-runtime.ap-southeast-2.vpce.amazonaws.com",
            {},
            "ap-southeast-2",
        ),
        ("http://127.0.0.1:8000", {"region": "sa-east-1"}, "sa-east-1"),
    ],
)
def test_the_region_is_that_of_the_host(host: str, places: dict[str, str], region: str) -> None:
    """The region is the one that the host names, else that of the placeholder."""
    sent = AwsCredentials(places=places).authorize(request(host=host))
    assert f"/{region}/bedrock/aws4_request" in sent.headers["Authorization"]


def test_without_a_placeholder_the_region_is_that_of_the_tools(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The environment's or the profile's region does where nothing else tells it; where they
    do not either, the error says what to set."""
    here = request(host="http://127.0.0.1:8000")
    with pytest.raises(ConfigurationError, match="AWS_REGION"):
        AwsCredentials().authorize(here)
    (tmp_path / "config").write_text("[default]\nregion = ca-west-1\n")
    assert "/ca-west-1/" in AwsCredentials().authorize(here).headers["Authorization"]
    for name, region in (("AWS_DEFAULT_REGION", "us-east-2"), ("AWS_REGION", "us-west-2")):
        monkeypatch.setenv(name, region)
        assert f"/{region}/" in AwsCredentials().authorize(here).headers["Authorization"]


def test_no_credentials_is_an_error_that_says_how(monkeypatch: pytest.MonkeyPatch) -> None:
    """Where AWS's own tools would find nothing, the error names what can be set."""
    monkeypatch.delenv("AWS_ACCESS_KEY_ID")
    monkeypatch.delenv("AWS_SECRET_ACCESS_KEY")
    with pytest.raises(ConfigurationError, match="AWS_ACCESS_KEY_ID"):
        AwsCredentials().authorize(request())


def test_a_profile_that_is_not_there_is_a_configuration_error(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    """What botocore refuses is refused in llmkit's own tree, with its words."""
    monkeypatch.setenv("AWS_PROFILE", "missing")
    with pytest.raises(ConfigurationError, match="missing") as caught:
        AwsCredentials().authorize(request())
    assert caught.value.__cause__ is None


def test_a_found_token_is_sent_as_it_is() -> None:
    """An API key of Bedrock's own stands as a bearer token, and nothing is signed."""
    sent = AwsCredentials(token="bedrock-api-key").authorize(request())
    assert sent.headers["Authorization"] == "Bearer bedrock-api-key"
    assert "X-Amz-Date" not in sent.headers


def test_no_secret_is_shown() -> None:
    """Neither the credentials nor a signed request show a key in their repr."""
    credentials = AwsCredentials()
    sent = credentials.authorize(request())
    for secret in (SECRET, TOKEN):
        assert secret not in repr(credentials) + repr(sent)


class Renewing:
    """Credentials that end, as botocore gives them: each look brings the next."""

    method = "iam-role"

    def __init__(self) -> None:
        self.given = 0

    def get_frozen_credentials(self) -> Credentials:
        """The credentials of this moment."""
        self.given += 1
        return Credentials(f"AKID{self.given}", SECRET, TOKEN)


class Session:
    """A botocore session, as far as it is used."""

    def __init__(self) -> None:
        self.asked = 0
        self.source = Renewing()

    def get_credentials(self) -> Renewing:
        """The one source, looked for once."""
        self.asked += 1
        return self.source

    def get_config_variable(self, name: str) -> None:
        """Nothing is configured."""


def test_credentials_are_looked_for_once_and_asked_each_time() -> None:
    """Threads share one look for the source; each request has the keys of its moment."""
    credentials, session = AwsCredentials(), Session()
    credentials._session = session
    sent: list[HttpRequest] = []
    threads = [
        threading.Thread(target=lambda: sent.append(credentials.authorize(request())))
        for _ in range(8)
    ]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert session.asked == 1
    assert session.source.given == len(sent) == 8


def test_what_was_refused_is_renewed_where_it_can_change() -> None:
    """Keys from the environment stay what they are; a role's are looked for anew."""
    fixed = AwsCredentials()
    assert not fixed.renew(request())
    assert not fixed.renew(fixed.authorize(request()))
    roles = AwsCredentials()
    roles._session = Session()
    assert roles.renew(roles.authorize(request()))
    assert f"Credential={ACCESS}/" in roles.authorize(request()).headers["Authorization"]


def test_the_extra_is_named_where_botocore_is_missing(no_botocore: None) -> None:
    """Without the library the error says which extra brings it, and a token does without."""
    with pytest.raises(ConfigurationError, match=r"llmkit\[bedrock\]"):
        credentials_for("aws")
    assert AwsCredentials(token="t").authorize(request()).headers["Authorization"] == "Bearer t"


@pytest.fixture
def no_botocore(monkeypatch: pytest.MonkeyPatch) -> Iterator[None]:
    """As if botocore were not installed."""
    monkeypatch.setitem(__import__("sys").modules, "botocore", None)
    return iter((None,))
