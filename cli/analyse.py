"""`./boumb analyse`: what theory understands, in this process and without a studio."""

import json
from collections.abc import Iterable

from boumbapp.music.v2.intent_pb2 import IntentOptions
from boumbapp.theory.v2.theory_service_pb2 import AnalyseRequest

from cli.messages import texts as languages
from cli.messages.exit_codes import ExitCode
from cli.messages.failures import of_faults
from cli.messages.user_errors import UserError
from services.chassis.errors.catalogue import ApiError
from services.chassis.server import validation
from services.theory.analysis import read_prompt
from services.theory.catalogue.catalogue import Catalogue
from services.theory.prompt.summary import summary


def analyse(prompts: Iterable[str], *, as_json: bool) -> ExitCode:
    """Print the intent of each prompt. One that cannot be read gives an error in its place, and the rest is still read.

    Args:
        prompts: Line ends are not part of them.
        as_json: One line of JSON each, rather than a list for people.

    Returns:
        BAD_INPUT when any prompt could not be read.
    """
    catalogue = Catalogue.load()
    result = ExitCode.OK
    for prompt in prompts:
        try:
            content = _analyse(prompt.rstrip("\r\n"), catalogue)
        except UserError as problem:
            content = problem.to_json()
            result = problem.exit
        if as_json:
            print(json.dumps(content, ensure_ascii=False), flush=True)
        else:
            _print_list(content)
    return result


def _analyse(prompt: str, catalogue: Catalogue) -> dict[str, object]:
    texts = languages.choose(text=prompt)
    if faults := validation.check(AnalyseRequest(prompt=prompt)):
        raise of_faults(faults, texts)
    try:
        intent, notices = read_prompt(prompt, IntentOptions(), texts.locale, catalogue)
    except ApiError as fault:
        raise of_faults([fault], texts) from fault
    return summary(intent, notices)


def _print_list(content: dict[str, object]) -> None:
    """A line for each slot of the intent, with the words of the prompt that it comes from."""
    evidence = content.pop("evidence", {})
    assert isinstance(evidence, dict)
    known = {name: value for name, value in content.items() if value not in (None, [])}
    width = max(map(len, known))
    for name, value in known.items():
        shown = value if isinstance(value, str) else json.dumps(value, ensure_ascii=False)
        words = f"  ({evidence[name]})" if name in evidence else ""
        print(f"  {name:<{width}}  {shown}{words}")
    print()
