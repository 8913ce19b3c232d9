import logging

from odoo import api, fields, models
from odoo.exceptions import AccessError

_logger = logging.getLogger(__name__)

# Worst first: the board is in the worst state of its tiles.
TILE_STATES = ("error", "warning", "unknown", "ok")
# Tiles that show the same few figures of several things.
LAYOUTS = {"wallet": "wide", "accounts": "wide", "match": "table", "feed": "table"}
CHANGED = "settlement_board/changed"


class SettlementBoard(models.AbstractModel):
    """What a company's money is doing this morning, as plain data.

    Each figure names what it says (``kpi``), carries its value and an action whose
    domain gives exactly the records behind it: ``count`` of them, with ``sum`` as the
    sum of the named field. A tile whose source fails takes no other one with it.
    """

    _name = "settlement.board"
    _description = "Board"

    # ------------------------------------------------------------------
    # What people ask
    # ------------------------------------------------------------------

    @api.model
    def board_data(self, company=None):
        """Return the board of a company as plain data.

        :param company: id of one of the companies chosen in the switcher; by default
            the first of them.
        :return: dict of ``company`` (id, name, currency), ``at`` (UTC), ``state``,
            ``tiles``, ``charts`` and ``empty`` (None, or what to do first).
        :raises AccessError: without a role, or for a company that is not chosen.
        """
        self.env["settlement.backend"]._require_group("group_viewer")
        company = self._board_company(company)
        board = self.with_company(company)
        tiles = board._tiles(company)
        return {
            "company": {
                "id": company.id,
                "name": company.name,
                "currency": company.currency_id.name,
            },
            "at": fields.Datetime.to_string(fields.Datetime.now()),
            "state": self._worst(tile["state"] for tile in tiles),
            "tiles": tiles,
            "charts": board._charts(company),
            "empty": board._empty(company),
        }

    @api.model
    def _board_company(self, company):
        """Return the company that is asked for, if it is one of those chosen."""
        chosen = self.env["res.company"].browse(company or self.env.company.id)
        if chosen not in self.env.companies:
            raise AccessError(
                self.env._("Choose this company in the company switcher first.")
            )
        return chosen

    @api.model
    def _worst(self, states):
        found = set(states)
        return next((state for state in TILE_STATES if state in found), "unknown")

    # ------------------------------------------------------------------
    # Tiles
    # ------------------------------------------------------------------

    @api.model
    def _tile_keys(self):
        """Return the tiles in their order; ``_tile_<key>`` works each out."""
        return [
            "wallet",
            "transit",
            "accounts",
            "match",
            "method",
            "exposure",
            "deadline",
            "approval",
            "feed",
            "audit",
            "run",
        ]

    @api.model
    def _tile_label(self, key):
        """Return (label, icon) of a tile."""
        return {
            "wallet": (self.env._("Wallet proof"), "fa-balance-scale"),
            "transit": (self.env._("In transit"), "fa-truck"),
            "accounts": (self.env._("Explained accounts"), "fa-list-ul"),
            "match": (self.env._("Match rate"), "fa-link"),
            "method": (self.env._("Matched by"), "fa-magic"),
            "exposure": (self.env._("Exposure"), "fa-exclamation-triangle"),
            "deadline": (self.env._("Deadlines"), "fa-clock-o"),
            "approval": (self.env._("Waiting for approval"), "fa-gavel"),
            "feed": (self.env._("Feeds"), "fa-rss"),
            "audit": (self.env._("Audit chain"), "fa-shield"),
            "run": (self.env._("Last run"), "fa-cogs"),
        }[key]

    @api.model
    def _each(self, keys, work_out, company):
        """Return what ``work_out`` gives for each key; failures concern one only.

        As a rule none fails: only then has each to be worked out by itself.
        """
        try:
            with self.env.cr.savepoint(flush=False):
                return [work_out(key, company) for key in keys]
        except Exception:  # pylint: disable=broad-except
            _logger.info("the parts of the board are worked out one by one")
            return None

    @api.model
    def _tiles(self, company):
        """Return all tiles of a company."""
        keys = self._tile_keys()
        tiles = self._each(keys, self._work_out_tile, company)
        return tiles or [self._tile(key, company) for key in keys]

    @api.model
    def _tile(self, key, company):
        """Return one tile, with what it last showed if its source fails."""
        try:
            with self.env.cr.savepoint(flush=False):
                return self._work_out_tile(key, company)
        except Exception:  # pylint: disable=broad-except
            # Whatever fails in one tile, the other ones are still to be seen.
            _logger.warning("tile %s of the board failed", key, exc_info=True)
            return {**self._frame(key), **self._failed_tile(key, company)}

    @api.model
    def _work_out_tile(self, key, company):
        return {**self._frame(key), **getattr(self, f"_tile_{key}")(company)}

    @api.model
    def _frame(self, key):
        """Return what a tile says whatever its source does."""
        label, icon = self._tile_label(key)
        return {
            "key": key,
            "label": label,
            "icon": icon,
            "layout": LAYOUTS.get(key, "list"),
            "right_at": None,
        }

    @api.model
    def _failed_tile(self, key, company):
        """Return what a tile shows that cannot be worked out now."""
        # What was remembered is of this company, which was checked.
        memory = self.env["settlement.board.memory"].sudo()
        content, right_at = memory._recall(company, key)
        figures = content["figures"] if content else []
        sentence = (
            self.env._("It could not be worked out now. This is what it showed last.")
            if content
            else self.env._("It could not be worked out, and never was before.")
        )
        return {
            "figures": [self._as_allowed(figure) for figure in figures],
            "state": "unknown",
            "sentence": sentence,
            "failed": True,
            "right_at": fields.Datetime.to_string(right_at) if right_at else None,
        }

    @api.model
    def _as_allowed(self, figure):
        """Return a remembered figure without a way behind it that is not the user's."""
        action = figure["action"]
        if action and not self.env[action["res_model"]].has_access("read"):
            return {**figure, "action": None}
        return figure

    @api.model
    def _tile_values(self, figures, state="ok", sentence=""):
        """Return what a tile says.

        A tile none of whose figures has a value knows nothing.

        :param state: ``ok``, ``warning``, ``error`` or ``unknown``.
        """
        if all(figure["value"] is None for figure in figures):
            state = "unknown"
            sentence = sentence or self.env._("No data yet.")
        return {"figures": figures, "state": state, "sentence": sentence}

    # ------------------------------------------------------------------
    # Nothing there yet
    # ------------------------------------------------------------------

    @api.model
    def _empty(self, company):
        """Return what to do first where nothing is connected, else None."""
        # Whether there is a backend at all is no secret to who sees the board.
        backends = self.env["settlement.backend"].sudo()
        if backends.search_count([("company_id", "=", company.id)], limit=1):
            return None
        return {
            "title": self.env._("Nothing is connected yet"),
            "sentence": self.env._(
                "Connect a bank or a payment provider. What it reports is then matched "
                "with invoices and payments, posted and proved to the cent; this "
                "board shows what is open, and whether every account is explained."
            ),
            "connect": self._connect_action(),
            "demo": self._demo_action(),
        }

    @api.model
    def _connect_action(self):
        """Return the action of the set-up for those who may begin one."""
        backends = self.env["settlement.backend"]
        if not backends._has_settlement_group("group_integration_admin"):
            return None
        return {
            **self._window(self.env._("Set-Up"), "settlement.setup", []),
            "views": [(False, "form")],
        }

    @api.model
    def _demo_action(self):
        """Return the action that leads to demo data, for system administrators."""
        if not self.env.user.has_group("base.group_system"):
            return None
        if "settlement.training" in self.env:
            return self._window(
                self.env._("Training Companies"), "settlement.training", []
            )
        # Administrators may install addons; this only finds the one to install.
        addon = self.env["ir.module.module"].search([("name", "=", "settlement_demo")])
        if not addon or addon.state == "uninstallable":
            return None
        return addon._get_records_action()

    # ------------------------------------------------------------------
    # Memory, and telling those who look
    # ------------------------------------------------------------------

    @api.model
    def _remember_all(self):
        """Keep what the tiles of all companies with backends show now."""
        grouped = self.env["settlement.backend"]._read_group([], ["company_id"])
        companies = self.env["res.company"].union(*(row[0] for row in grouped))
        for company in companies:
            self.with_context(allowed_company_ids=company.ids)._remember(company)

    @api.model
    def _remember(self, company):
        """Keep what the tiles of a company show, as far as they can be worked out."""
        board = self.with_company(company)
        good = [tile for tile in board._tiles(company) if not tile.get("failed")]
        self.env["settlement.board.memory"]._keep(company, good)

    @api.model
    def _tell(self, companies):
        """Have the boards of these companies refreshed wherever they are open."""
        for company in companies:
            self.env["bus.bus"]._sendone(
                (company, "settlement_board"), CHANGED, {"company": company.id}
            )
