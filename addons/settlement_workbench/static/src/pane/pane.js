import {_t} from "@web/core/l10n/translation";
import {Chatter} from "@mail/chatter/web_portal/chatter";
import {Component, onWillStart, onWillUnmount, useRef, useState} from "@odoo/owl";
import {Layout} from "@web/search/layout";
import {openBulk} from "../bulk/open_bulk";
import {PaneAct} from "./pane_act";
import {PaneCandidates} from "./pane_candidates";
import {PaneHelp} from "./pane_help";
import {PaneModel} from "./pane_model";
import {PaneQueue} from "./pane_queue";
import {PaneReason} from "./pane_reason";
import {PaneState} from "./pane_state";
import {registry} from "@web/core/registry";
import {standardActionServiceProps} from "@web/webclient/actions/action_service";
import {usePaneKeys} from "./pane_keys";
import {useService} from "@web/core/utils/hooks";

// Which verb each of them stands for, the server says.
const VERB_KEYS = [..."gswfdmaeilryx"];

/** One exception at a time: what it is, what could resolve it, what that would do. */
export class SettlementPane extends Component {
    static template = "settlement_workbench.Pane";
    static components = {Layout, PaneAct, PaneCandidates, PaneQueue, Chatter};
    static props = {...standardActionServiceProps};

    setup() {
        this.action = useService("action");
        this.dialog = useService("dialog");
        this.notification = useService("notification");
        this.ui = useService("ui");
        this.root = useRef("root");
        const given = {...this.props.action.params, ...this.props.action.context};
        this.model = new PaneModel(useService("orm"), {
            domain: given.exception_domain || given.domain,
            order: given.exception_order,
            ids: given.exception_ids,
        });
        this.state = useState(
            new PaneState(this.model, (item) =>
                this.props.updateActionState?.({active_id: item.id})
            )
        );
        this.view = useState({singleKeys: true, hasNotes: false, mayAct: false});
        this.keys = this.allKeys().map((each) => this.patient(each));
        usePaneKeys(this.keys, () => this.view.singleKeys, this.ui);
        const startId = Number(given.exception_id || given.active_id) || false;
        onWillStart(() => this.start(startId, given.pane_verb));
        onWillUnmount(() => this.state.clearItem());
    }

    async start(startId, verbName) {
        const settings = await this.model.settings();
        this.view.singleKeys = settings.single_keys;
        this.view.mayAct = settings.may_act;
        await this.state.loadQueue(startId);
        if (verbName && this.state.can(verbName)) {
            await this.useVerb(verbName);
        }
    }

    // -- keys ---------------------------------------------------------------------

    /** Let a key that needs the item wait for it, instead of being lost. */
    patient(each) {
        if (!each.isActive) {
            return each;
        }
        return {
            ...each,
            isActive: () => this.state.isLoading || each.isActive(),
            run: async () => {
                await this.state.loaded;
                return each.isActive() ? each.run() : undefined;
            },
        };
    }

    allKeys() {
        const moves = [
            {key: "j", label: _t("Next row"), run: () => this.move(1), repeats: true},
            {
                key: "k",
                label: _t("Previous row"),
                run: () => this.move(-1),
                repeats: true,
            },
            {
                key: "arrowdown",
                label: _t("Next row"),
                run: () => this.move(1),
                repeats: true,
            },
            {
                key: "arrowup",
                label: _t("Previous row"),
                run: () => this.move(-1),
                repeats: true,
            },
            {
                key: "n",
                label: _t("Next of the same reason"),
                run: () => this.nextOfReason(),
                isActive: () => Boolean(this.state.item),
            },
        ];
        const acts = [
            {
                key: "enter",
                label: _t("Accept: look first, then do it"),
                run: () => this.accept(),
                isActive: () => Boolean(this.state.item?.can_act),
            },
            {
                key: "p",
                label: _t("Preview"),
                run: () => this.state.look(),
                isActive: () => Boolean(this.state.activeVerb),
            },
            {
                key: "space",
                label: _t("Mark the row"),
                run: () => this.state.mark(this.state.currentId),
                isActive: () => this.view.mayAct && Boolean(this.state.currentId),
            },
            ...[..."1234567890"].map((digit, index) => ({
                key: digit,
                label: _t("Choose candidate %s", digit),
                run: () => this.state.toggle(index),
                isActive: () =>
                    this.state.canChoose && Boolean(this.state.item.candidates[index]),
            })),
            ...VERB_KEYS.map((key) => ({
                key,
                run: () => this.useVerb(this.state.verbOfKey(key).name),
                isActive: () => Boolean(this.state.verbOfKey(key)?.enabled),
            })),
        ];
        const others = [
            {
                key: "v",
                label: _t("All ways out: arrows, then enter"),
                run: () => this.waysOut(),
                isActive: () => Boolean(this.state.item?.verbs.length),
            },
            {
                key: "c",
                label: _t("Comment"),
                run: () => this.comment(),
                isActive: () => Boolean(this.state.item),
            },
            {
                key: "u",
                label: _t("Undo what was done last"),
                run: () => this.undo(),
                isActive: () => Boolean(this.state.lastDoneId),
            },
            {key: "h", label: _t("These keys"), run: () => this.help()},
            {key: "escape", label: _t("Back"), run: () => this.back()},
            {key: "/", label: _t("Search in the list"), run: () => this.search()},
            {key: "?", label: _t("These keys"), run: () => this.help()},
        ];
        return [...moves, ...acts, ...others];
    }

    /** The keys that act now, as the help lists them. */
    get activeKeys() {
        return this.keys
            .filter((each) => this.view.singleKeys || each.key.length > 1)
            .filter((each) => !each.isActive || each.isActive())
            .map((each) => ({
                key: each.key,
                label: each.label || this.state.verbOfKey(each.key).label,
            }));
    }

    help() {
        const props = {
            keys: this.activeKeys,
            isOn: this.view.singleKeys,
            onSwitch: async (isOn) => {
                this.view.singleKeys = await this.model.setSingleKeys(isOn);
            },
        };
        this.dialog.add(PaneHelp, props, {onClose: () => this.state.focusToken++});
    }

    // -- moving -------------------------------------------------------------------

    async move(step) {
        await this.state.move(step);
    }

    async nextOfReason() {
        if (!(await this.state.nextOfReason())) {
            this.notification.add(_t("No other one of this reason waits."), {
                type: "info",
            });
        }
    }

    back() {
        if (document.activeElement?.matches("input, textarea, select")) {
            document.activeElement.blur();
            this.state.focusToken++;
        } else if (document.activeElement?.closest(".o_pane_verbs")) {
            this.state.focusToken++;
        } else if (this.state.verbName) {
            this.leaveVerb();
        } else if (this.env.config.breadcrumbs?.length > 1) {
            this.env.config.historyBack();
        } else {
            this.search();
        }
    }

    leaveVerb() {
        this.state.cancelVerb();
        this.state.focusToken++;
    }

    search() {
        this.action.doAction("settlement.action_settlement_exception", {
            clearBreadcrumbs: true,
        });
    }

    toggleGrid() {
        this.state.isGrid = !this.state.isGrid;
        this.state.focusToken++;
        if (this.state.isGrid) {
            return this.state.loadQueue(this.state.currentId);
        }
    }

    openRecord(model, id) {
        return this.model
            .openLink(model, id)
            .then((action) => this.action.doAction(action));
    }

    openMarked() {
        return openBulk(this.action, {ids: this.state.markedIds});
    }

    async reload() {
        const {currentId} = this.state;
        this.state.marked = {};
        await this.state.loadQueue(false);
        if (this.state.rows.some((row) => row.id === currentId)) {
            await this.state.select(currentId);
        }
    }

    // -- acting -------------------------------------------------------------------

    /** Look first; a second time does what is shown. */
    async accept() {
        if (this.state.canConfirm) {
            return this.confirm();
        }
        if (this.state.activeVerb) {
            if (!this.state.isLooking && this.state.isReady && !this.state.isActing) {
                await this.state.look();
            }
            return;
        }
        const {enter_verb, verb} = this.state.item;
        const name = enter_verb || (this.state.chosen.length ? "match" : verb);
        if (name) {
            await this.useVerb(name);
        }
    }

    async useVerb(name) {
        const verb = this.state.verb(name);
        if (!verb || !this.state.can(name)) {
            return;
        }
        if (verb.dialogue) {
            return this.openDialogue(name);
        }
        this.state.useVerb(name);
        if (name === "group" && !this.state.chosen.length) {
            this.state.sums = await this.model.sums(this.state.item.id);
        }
    }

    openDialogue(name) {
        return this.model
            .call("action_open_verb", [this.state.item.id], [], {
                context: {settlement_verb: name},
            })
            .then((action) =>
                this.action.doAction(action, {
                    onClose: () => this.refreshAndFocus(),
                })
            );
    }

    async refreshAndFocus() {
        await this.state.refreshRow(this.state.currentId);
        this.state.focusToken++;
    }

    async confirm() {
        if (!this.state.canConfirm) {
            return;
        }
        const result = await this.state.confirm();
        const type = {done: "success", changed: "warning"}[result.outcome] || "info";
        this.notification.add(result.preview?.refused || result.sentence, {type});
        if (result.action) {
            await this.action.doAction(result.action);
        }
    }

    // -- ways out without a letter --------------------------------------------------

    get wayButtons() {
        const buttons = this.root.el?.querySelectorAll(".o_pane_verbs button:enabled");
        return [...(buttons || [])];
    }

    waysOut() {
        this.wayButtons[0]?.focus();
    }

    /** Arrows move among the ways out, as in any toolbar. */
    moveAmongWays(ev) {
        const step = {ArrowRight: 1, ArrowDown: 1, ArrowLeft: -1, ArrowUp: -1}[ev.key];
        if (step) {
            ev.preventDefault();
            ev.stopPropagation();
            const buttons = this.wayButtons;
            const index = buttons.indexOf(document.activeElement) + step;
            buttons[(index + buttons.length) % buttons.length]?.focus();
        }
    }

    /** What was picked among them; the focus goes to what it asks, or to the row. */
    async pickWay(name) {
        await this.useVerb(name);
        if (document.activeElement?.closest(".o_pane_verbs")) {
            this.state.focusToken++;
        }
    }

    comment() {
        this.view.hasNotes = true;
        this.focusWhenThere(".o_pane_notes .o-mail-Chatter-logNote:enabled", 60);
    }

    /** The notes are drawn some frames later than the pane. */
    focusWhenThere(selector, frames) {
        const button = this.root.el?.querySelector(selector);
        if (button) {
            button.scrollIntoView({block: "nearest"});
            button.focus();
        } else if (frames) {
            requestAnimationFrame(() => this.focusWhenThere(selector, frames - 1));
        }
    }

    undo() {
        const id = this.state.lastDoneId;
        const props = {
            title: _t("Undo what was done last"),
            question: _t("Why is it taken back?"),
            onGiven: async (reason) => {
                const sentence = await this.model.undo(id, reason);
                this.notification.add(sentence, {type: "success"});
                this.state.lastDoneId = false;
                await this.reload();
                this.state.focusToken++;
            },
        };
        this.dialog.add(PaneReason, props, {onClose: () => this.state.focusToken++});
    }
}

registry.category("actions").add("settlement_pane", SettlementPane);
