import {Component, onMounted, onWillUnmount, useState} from "@odoo/owl";
import {_t} from "@web/core/l10n/translation";
import {registry} from "@web/core/registry";
import {user} from "@web/core/user";
import {useService} from "@web/core/utils/hooks";
import {useDebounced} from "@web/core/utils/timing";
import {Layout} from "@web/search/layout";
import {standardActionServiceProps} from "@web/webclient/actions/action_service";
import {BoardChart} from "./board_chart";
import {BoardMoment} from "./board_moment";
import {BoardTile} from "./board_tile";

const CHANGED = "settlement_board/changed";

/**
 * The board: tiles whose every figure opens the records behind it.
 *
 * The server works everything out; this only shows it, and asks again when a run of
 * the pipeline has ended or somebody presses Refresh.
 */
export class Board extends Component {
    static template = "settlement_workbench.Board";
    static components = {BoardChart, BoardMoment, BoardTile, Layout};
    static props = {...standardActionServiceProps};
    static displayName = _t("Board");

    setup() {
        this.action = useService("action");
        this.orm = useService("orm");
        this.bus = useService("bus_service");
        this.display = {controlPanel: {}};
        this.skeletons = Array.from({length: 8}, (_, number) => number);
        this.state = useState({data: null, loading: true, failed: false});
        this.alive = true;
        const later = useDebounced(() => this.load(), 500);
        this.onChanged = ({company}) => {
            if (company === user.activeCompany.id) {
                later();
            }
        };
        onMounted(() => {
            this.bus.subscribe(CHANGED, this.onChanged);
            this.load();
        });
        onWillUnmount(() => {
            this.alive = false;
            this.bus.unsubscribe(CHANGED, this.onChanged);
        });
    }

    async load() {
        this.state.loading = true;
        try {
            const data = await this.orm.silent.call("settlement.board", "board_data", [
                user.activeCompany.id,
            ]);
            if (this.alive) {
                Object.assign(this.state, {data, failed: false});
            }
        } catch {
            // What was shown stays, with the words that it may be old.
            if (this.alive) {
                this.state.failed = true;
            }
        } finally {
            if (this.alive) {
                this.state.loading = false;
            }
        }
    }

    open(action) {
        if (action) {
            this.action.doAction(action);
        }
    }
}

registry.category("actions").add("settlement_board", Board);
