"""Notices that may come from every composing service."""

from boumbapp.music.v2.events_pb2 import SEVERITY_INFO, SEVERITY_WARNING

from music.notices import NoticeKind

LANGUAGE_MODEL_FAULT = NoticeKind(
    "LANGUAGE_MODEL_FAULT",
    "The language model made nothing of use ({reason}); “{stand_in}” plays bar {bar}.",
    "Le modèle de langage n'a rien produit d'utilisable ({reason}) ; « {stand_in} » joue la mesure {bar}.",
    SEVERITY_WARNING,
)
ENGINE_FALLBACK = NoticeKind(
    "ENGINE_FALLBACK",
    "The engine “{engine}” does not answer; “{stand_in}” goes on from bar {bar}.",
    "Le moteur « {engine} » ne répond pas ; « {stand_in} » continue à partir de la mesure {bar}.",
    SEVERITY_WARNING,
)
NOT_FOLLOWED = NoticeKind(
    "NOT_FOLLOWED",
    "Understood, yet not played here: {what}.",
    "Compris, mais pas joué ici : {what}.",
    SEVERITY_WARNING,
)
ONE_PART = NoticeKind(
    "ONE_PART",
    "Composed here: {part}. Named too: {others}; the arranger composes all parts together.",
    "Composé ici : {part}. Également demandé : {others} ; l'arrangeur compose toutes les parties ensemble.",
    SEVERITY_INFO,
)
