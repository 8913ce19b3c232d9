import {KeepLast} from "@web/core/utils/concurrency";

const MODEL = "settlement.exception";
export const PAGE = 60;
export const GRID_PAGE = 200;

export const keyOf = ([model, id]) => `${model},${id}`;

/** What the pane knows, all of it from the server: nothing is computed here. */
export class PaneModel {
    constructor(orm, queue) {
        this.orm = orm;
        this.queue = queue;
        this.lastItem = new KeepLast();
        this.lastChoice = new KeepLast();
        this.lastPreview = new KeepLast();
    }

    call(method, ids, args = [], kwargs = {}) {
        return this.orm.call(MODEL, method, [ids, ...args], kwargs);
    }

    settings() {
        return this.orm.call(MODEL, "pane_settings", []);
    }

    setSingleKeys(isOn) {
        return this.orm.call(MODEL, "pane_set_single_keys", [isOn]);
    }

    rows(limit = PAGE, offset = 0) {
        const {domain, order, ids} = this.queue;
        return this.orm.call(MODEL, "pane_queue", [], {
            domain: domain || null,
            order: order || null,
            ids: ids || null,
            limit,
            offset,
        });
    }

    rowsOf(ids) {
        return this.orm.call(MODEL, "pane_queue", [], {ids});
    }

    item(id) {
        return this.lastItem.add(this.call("pane_data", [id]));
    }

    choice(id, chosen, parts) {
        return this.lastChoice.add(this.call("pane_choice", [id], [chosen, parts]));
    }

    preview(id, verb, values) {
        return this.lastPreview.add(this.call("pane_preview", [id], [verb, values]));
    }

    resolve(id, verb, values, hash) {
        return this.call("pane_resolve", [id], [verb, values, hash]);
    }

    sums(id) {
        return this.call("action_find_sums", [id]);
    }

    proof() {
        return this.orm.call(MODEL, "pane_proof", []);
    }

    openLink(model, id) {
        return this.orm.call(MODEL, "pane_open", [model, id]);
    }

    undo(id, reason) {
        return this.call("pane_undo", [id], [reason]);
    }
}
