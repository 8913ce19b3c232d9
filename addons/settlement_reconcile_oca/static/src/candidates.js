import {Component, onWillStart, onWillUpdateProps, useState} from "@odoo/owl";
import {registry} from "@web/core/registry";
import {standardWidgetProps} from "@web/views/widgets/standard_widget_props";
import {useService} from "@web/core/utils/hooks";

/** What our matching says about a statement line; a click puts it into the view. */
export class SettlementCandidates extends Component {
    static template = "settlement_reconcile_oca.Candidates";
    static props = {...standardWidgetProps};

    setup() {
        this.orm = useService("orm");
        this.state = useState({found: {is_allowed: false}});
        onWillStart(() => this.load(this.props));
        onWillUpdateProps((next) => {
            if (this.seen !== this.stamp(next)) {
                return this.load(next);
            }
        });
    }

    /** What was said is old once another line, or a reconciled one, is shown. */
    stamp({record}) {
        return `${record.resId} ${record.data.is_reconciled}`;
    }

    async load(props) {
        this.seen = this.stamp(props);
        const {resId, data} = props.record;
        this.state.found =
            resId && !data.is_reconciled
                ? await this.orm.call(
                      "account.bank.statement.line",
                      "settlement_candidates",
                      [[resId]]
                  )
                : {is_allowed: false};
    }

    choose(choice) {
        this.props.record.update({settlement_choice: choice});
    }
}

registry.category("view_widgets").add("settlement_candidates", {
    component: SettlementCandidates,
    fieldDependencies: [
        {name: "settlement_choice", type: "char"},
        {name: "is_reconciled", type: "boolean"},
    ],
});
