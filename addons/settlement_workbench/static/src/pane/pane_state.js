import {keyOf, GRID_PAGE, PAGE} from "./pane_model";

// So long the cursor rests on an item before what its verb would do is tried out.
const REST = 250;

/** What the person has chosen so far, and what the server said to it. */
export class PaneState {
    constructor(model, onItem) {
        this.model = model;
        this.onItem = onItem;
        this.rows = [];
        this.total = 0;
        this.currentId = false;
        this.isGrid = false;
        this.marked = {};
        this.doneCount = 0;
        this.lastDoneId = false;
        this.focusToken = 0;
        this.isActing = false;
        this.isLoading = true;
        this.proof = [];
        this.clearItem();
    }

    clearItem() {
        clearTimeout(this.resting);
        Object.assign(this, {
            item: null,
            chosen: [],
            parts: {},
            difference: null,
            verbName: "",
            values: {},
            preview: null,
            isLooking: false,
            hasChanged: false,
            cursor: null,
            sums: null,
        });
    }

    // -- queue --------------------------------------------------------------------

    async loadQueue(startId) {
        const queue = await this.model.rows(this.isGrid ? GRID_PAGE : PAGE);
        this.rows = queue.rows;
        this.total = queue.total;
        if (startId && !this.rows.some((row) => row.id === startId)) {
            const asked = await this.model.rowsOf([startId]);
            this.rows.unshift(...asked.rows);
            this.total += asked.rows.length;
        }
        const first = this.rows.length ? this.rows[0].id : false;
        await this.select(startId || first);
    }

    async loadMore() {
        const queue = await this.model.rows(PAGE, this.rows.length);
        const known = new Set(this.rows.map((row) => row.id));
        this.rows.push(...queue.rows.filter((row) => !known.has(row.id)));
    }

    get position() {
        return this.rows.findIndex((row) => row.id === this.currentId);
    }

    get hasMore() {
        return this.rows.length + this.doneCount < this.total;
    }

    /** Show an item; keys that are pressed meanwhile wait for it. */
    select(id) {
        this.loaded = this.load(id);
        return this.loaded;
    }

    async load(id) {
        this.clearItem();
        this.currentId = id;
        this.isLoading = Boolean(id);
        if (!id) {
            this.proof = await this.model.proof();
            return;
        }
        const item = await this.model.item(id);
        this.isLoading = false;
        this.item = item;
        this.chosen = item.preselected;
        this.difference = item.difference;
        this.onItem(item);
        this.chooseByItself();
    }

    async move(step) {
        const index = this.position + step;
        if (index >= this.rows.length && this.hasMore) {
            await this.loadMore();
        }
        const row = this.rows[Math.min(Math.max(index, 0), this.rows.length - 1)];
        if (row && row.id !== this.currentId) {
            await this.select(row.id);
        }
    }

    async nextOfReason() {
        const {reason} = this.item;
        const later = this.rows.slice(this.position + 1);
        const row = [...later, ...this.rows].find(
            (each) => each.reason === reason && each.id !== this.currentId
        );
        if (row) {
            await this.select(row.id);
        }
        return Boolean(row);
    }

    mark(id) {
        if (this.marked[id]) {
            delete this.marked[id];
        } else {
            this.marked[id] = true;
        }
    }

    get markedIds() {
        return Object.keys(this.marked).map(Number);
    }

    // -- candidates ---------------------------------------------------------------

    verb(name) {
        return this.item?.verbs.find((verb) => verb.name === name) || null;
    }

    verbOfKey(key) {
        return this.item?.verbs.find((verb) => verb.key === key) || null;
    }

    get activeVerb() {
        return this.verb(this.verbName);
    }

    can(name) {
        return Boolean(this.item?.can_act && this.verb(name)?.enabled);
    }

    get canChoose() {
        const verbs = this.item?.verbs || [];
        return (
            Boolean(this.item?.can_act) &&
            verbs.some((verb) => verb.enabled && verb.takes)
        );
    }

    /** Where one answer is proved, alone or asked for, it is tried out by itself. */
    chooseByItself() {
        const {enter_verb, proposals} = this.item;
        const isSingle = proposals.length <= 1;
        if (enter_verb && isSingle && this.can(enter_verb)) {
            this.useVerb(enter_verb, true);
        } else if (this.chosen.length && this.can("match")) {
            this.useVerb("match", true);
        }
    }

    async toggle(index) {
        const candidate = this.item.candidates[index];
        if (!candidate || !this.canChoose) {
            return;
        }
        this.cursor = index;
        const key = [candidate.model, candidate.id, candidate.amount_minor];
        const known = this.chosen.findIndex((each) => keyOf(each) === keyOf(key));
        if (known >= 0) {
            this.chosen.splice(known, 1);
            delete this.parts[keyOf(key)];
        } else {
            this.chosen.push(key);
        }
        await this.chosenChanged();
    }

    async chooseSum(solution) {
        this.chosen = solution.map((key) => [...key]);
        this.sums = null;
        this.verbName = "group";
        await this.chosenChanged();
    }

    async setPart(candidate, text) {
        this.parts[keyOf([candidate.model, candidate.id])] = text;
        await this.chosenChanged();
    }

    async chosenChanged() {
        this.preview = null;
        this.hasChanged = false;
        const current = Boolean(this.activeVerb?.takes);
        if (!this.chosen.length) {
            this.verbName = current ? "" : this.verbName;
        } else if (!current && this.can("match")) {
            this.verbName = "match";
            this.values = {};
        }
        this.rest();
        await this.askDifference();
    }

    async askDifference() {
        const {id} = this.item;
        const keys = this.chosen.map((key) => key.slice(0, 2));
        this.difference = await this.model.choice(id, keys, this.givenParts);
    }

    get givenParts() {
        return this.chosen
            .map((key) => [key[0], key[1], this.parts[keyOf(key)]])
            .filter((part) => part[2]);
    }

    // -- acting -------------------------------------------------------------------

    /** What the server is told of the choice: the verb's own values besides. */
    get givenValues() {
        const values = Object.fromEntries(
            Object.entries(this.values).filter(([, value]) => value && value !== "")
        );
        if (this.activeVerb.takes === "parts") {
            values.parts = this.givenParts;
        } else if (this.activeVerb.takes && this.chosen.length) {
            values.chosen = this.chosen;
        }
        return values;
    }

    useVerb(name, isByItself = false) {
        if (!this.can(name)) {
            return false;
        }
        this.verbName = name;
        this.values = {...this.activeVerb.defaults};
        this.preview = null;
        this.hasChanged = false;
        if (isByItself) {
            this.rest();
        } else if (this.isReady) {
            this.look();
        }
        return true;
    }

    get isReady() {
        const given = this.givenValues;
        const {needs} = this.activeVerb;
        return needs.every((name) => {
            const value = given[name];
            return Array.isArray(value) ? value.length : Boolean(value);
        });
    }

    setValue(name, value) {
        this.values[name] = value;
        this.preview = null;
        this.hasChanged = false;
        if (this.isReady) {
            this.rest();
        }
    }

    cancelVerb() {
        clearTimeout(this.resting);
        this.verbName = "";
        this.values = {};
        this.preview = null;
        this.hasChanged = false;
        this.sums = null;
    }

    rest() {
        clearTimeout(this.resting);
        if (this.activeVerb && this.isReady) {
            this.isLooking = true;
            this.resting = setTimeout(() => this.look(), REST);
        } else {
            this.isLooking = false;
        }
    }

    async look() {
        clearTimeout(this.resting);
        if (!this.activeVerb) {
            return;
        }
        this.isLooking = true;
        this.preview = null;
        const {id} = this.item;
        try {
            this.preview = await this.model.preview(
                id,
                this.verbName,
                this.givenValues
            );
        } finally {
            this.isLooking = false;
        }
    }

    get canConfirm() {
        return Boolean(
            this.preview && !this.preview.refused && !this.isLooking && !this.isActing
        );
    }

    /** Do what the preview shows; the server refuses anything else. */
    async confirm() {
        const {id} = this.item;
        this.isActing = true;
        let result = null;
        try {
            result = await this.model.resolve(
                id,
                this.verbName,
                this.givenValues,
                this.preview.hash
            );
        } finally {
            this.isActing = false;
        }
        if (result.outcome === "changed" && this.isClosed(result.preview)) {
            // Somebody else was first: it says who, and the next row is shown.
            await this.leave(id, {...result, outcome: "gone"});
        } else if (result.outcome === "changed") {
            this.preview = result.preview;
            this.hasChanged = true;
        } else {
            await this.leave(id, result);
        }
        return result;
    }

    isClosed(preview) {
        return ["resolved", "ignored"].includes(preview.outcome) && preview.refused;
    }

    /** Go on with the next row; what is done leaves the queue. */
    async leave(id, result) {
        const index = Math.max(this.position, 0);
        this.lastDoneId = result.outcome === "gone" ? this.lastDoneId : id;
        delete this.marked[id];
        if (["done", "gone"].includes(result.outcome)) {
            this.rows.splice(index, 1);
            if (result.outcome === "done") {
                this.doneCount++;
            } else {
                this.total--;
            }
            if (!this.rows[index] && this.hasMore) {
                await this.loadMore();
            }
            const row = this.rows[index] || this.rows[index - 1];
            await this.select(row ? row.id : false);
        } else {
            await this.move(1);
            await this.refreshRow(id);
        }
        this.focusToken++;
    }

    async refreshRow(id) {
        const queue = await this.model.rowsOf([id]);
        const index = this.rows.findIndex((row) => row.id === id);
        if (index >= 0 && queue.rows.length) {
            this.rows[index] = queue.rows[0];
        }
        if (this.currentId === id) {
            await this.select(id);
        }
    }
}
