import {Component} from "@odoo/owl";
import {keyOf} from "./pane_model";

/** What it may be matched with: bar and number, reasons, badge, difference. */
export class PaneCandidates extends Component {
    static template = "settlement_workbench.PaneCandidates";
    static props = {
        item: Object,
        chosen: Array,
        parts: Object,
        isSplitting: Boolean,
        difference: [Object, {value: null}],
        canChoose: Boolean,
        cursor: [Number, {value: null}],
        sums: [Array, {value: null}],
        onToggle: Function,
        onPart: Function,
        onSum: Function,
        onOpen: Function,
        onVerb: Function,
    };

    position(candidate) {
        return this.props.chosen.findIndex(
            (key) => keyOf(key) === keyOf([candidate.model, candidate.id])
        );
    }

    digit(index) {
        return index === 9 ? "0" : String(index + 1);
    }

    partOf(candidate) {
        return this.props.parts[keyOf([candidate.model, candidate.id])] || "";
    }

    sign(weight) {
        return weight > 0 ? `+${weight}` : String(weight);
    }

    get nextVerbs() {
        const own = this.props.item.verbs.filter(
            (verb) => verb.enabled && !verb.takes && verb.name !== "accept"
        );
        return own.slice(0, 3);
    }

    names(solution) {
        const known = Object.fromEntries(
            this.props.item.candidates.map((each) => [
                keyOf([each.model, each.id]),
                each.name,
            ])
        );
        return solution.map((key) => known[keyOf(key)] || `#${key[1]}`).join(" + ");
    }
}
