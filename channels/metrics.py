"""Numbers for operators: events in, Prometheus text out. No label ever holds text, an id or an address of a person."""

from __future__ import annotations

from prometheus_client import CollectorRegistry, Counter, Gauge, Histogram, generate_latest

_FAST = (0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 5, 10, 30)


class Metrics:
    """One registry per app, so two apps in one process (tests) do not mix."""

    def __init__(self) -> None:
        registry = self.registry = CollectorRegistry()
        self.received = Counter("crm_messages_received", "Messages stored in the inbox.", ["channel"], registry=registry)
        self.repeated = Counter("crm_messages_repeated", "Messages that were already in the inbox.", ["channel"],
                                registry=registry)
        self.turns = Counter("crm_turns", "Turns stored.", ["channel", "action", "degraded"], registry=registry)
        self.turn_errors = Counter("crm_turn_errors", "Turns that failed and are tried again.", registry=registry)
        self.given_up = Counter("crm_turns_given_up", "Messages answered with an apology after every attempt failed.",
                                registry=registry)
        self.lease_lost = Counter("crm_leases_lost", "Work thrown away because another worker had taken over.",
                                  registry=registry)
        self.turn_seconds = Histogram("crm_turn_seconds", "From claim to stored outcome.", buckets=_FAST,
                                      registry=registry)
        self.answers = Counter("crm_answers", "Answers by kind.", ["kind", "reason"], registry=registry)
        self.sends = Counter("crm_sends", "Sends to Telegram by outcome.", ["outcome"], registry=registry)
        self.ambiguous = Counter("crm_sends_ambiguous", "Sends of which nobody knows whether they arrived.", ["why"],
                                 registry=registry)
        self.conflicts = Counter("crm_telegram_conflicts", "Polls refused because a second poller uses the same token.",
                                 registry=registry)
        self.refused = Counter("crm_requests_refused", "Requests refused at the door.", ["why"], registry=registry)
        self.purged = Counter("crm_rows_purged", "Rows deleted by age.", registry=registry)
        self.erased = Counter("crm_people_erased", "Completed /deletemydata requests.", registry=registry)
        self.backlog = Gauge("crm_inbox_waiting", "Messages waiting for an answer.", registry=registry)
        self.oldest = Gauge("crm_inbox_oldest_seconds", "Age of the oldest waiting message.", registry=registry)
        self.outbox = Gauge("crm_outbox_waiting", "Replies waiting to be sent.", registry=registry)

    def text(self) -> bytes:
        return generate_latest(self.registry)
