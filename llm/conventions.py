"""Names that OpenTelemetry's conventions give to the work of language models. They still move: they are here alone.

https://opentelemetry.io/docs/specs/semconv/gen-ai/
"""

from typing import Final

from telemetry.measures import Histogram

OPERATION: Final = "gen_ai.operation.name"
PROVIDER: Final = "gen_ai.provider.name"
MODEL: Final = "gen_ai.request.model"
MOST_TOKENS: Final = "gen_ai.request.max_tokens"
SEED: Final = "gen_ai.request.seed"
INPUT_TOKENS: Final = "gen_ai.usage.input_tokens"
OUTPUT_TOKENS: Final = "gen_ai.usage.output_tokens"
TOKEN_TYPE: Final = "gen_ai.token.type"  # noqa: S105  no secret
ERROR_TYPE: Final = "error.type"
CHAT: Final = "chat"
COMPLETION: Final = "text_completion"
OLLAMA: Final = "ollama"
INPUT: Final = "input"
OUTPUT: Final = "output"

TOKENS = Histogram(
    name="gen_ai.client.token.usage",
    unit="{token}",
    help="Tokens that a language model read and wrote for one answer.",
    labels=(OPERATION, PROVIDER, MODEL, TOKEN_TYPE),
    bounds=(1, 4, 16, 64, 256, 1024, 4096, 16384),
)
DURATION = Histogram(
    name="gen_ai.client.operation.duration",
    unit="s",
    help="Time from a question to the end of its answer.",
    labels=(OPERATION, PROVIDER, MODEL, ERROR_TYPE),
    bounds=(0.01, 0.02, 0.04, 0.08, 0.16, 0.32, 0.64, 1.28, 2.56, 5.12, 10.24, 20.48, 40.96, 81.92),
)
PER_TOKEN = Histogram(
    name="gen_ai.client.operation.time_per_output_chunk",
    unit="s",
    help="Time from one token to the next, on average over an answer.",
    labels=(OPERATION, PROVIDER, MODEL),
    bounds=(0.001, 0.0025, 0.005, 0.01, 0.025, 0.05, 0.075, 0.1, 0.25, 0.5, 1.0),
)
