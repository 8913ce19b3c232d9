import {Component, onWillUnmount, useState} from "@odoo/owl";
import {ConnectionLostError} from "@web/core/network/rpc";
import {registry} from "@web/core/registry";
import {standardWidgetProps} from "@web/views/widgets/standard_widget_props";
import {useService} from "@web/core/utils/hooks";

const WORKING = ["running", "stopping"];
// Without a message for so long, the record itself is asked.
const ASK_AFTER = 4000;

/** How far an act on many is: by bus, and by asking where no message comes. */
export class BulkProgress extends Component {
    static template = "settlement_workbench.BulkProgress";
    static props = {...standardWidgetProps};

    setup() {
        this.bus = useService("bus_service");
        this.told = useState({id: false});
        this.lost = useState({connection: false});
        this.onTold = (payload) => this.take(payload);
        this.bus.subscribe("settlement_bulk", this.onTold);
        this.timer = setInterval(() => this.ask(), ASK_AFTER);
        onWillUnmount(() => {
            clearInterval(this.timer);
            this.bus.unsubscribe("settlement_bulk", this.onTold);
        });
    }

    get record() {
        return this.props.record;
    }

    get working() {
        return WORKING.includes(this.record.data.state);
    }

    get figures() {
        const data = this.record.data;
        const left =
            this.told.id === this.record.resId ? this.told.left : data.left_count;
        const chosen = data.chosen_count || 1;
        return {
            left,
            chosen: data.chosen_count,
            percent: Math.floor((100 * (data.chosen_count - left)) / chosen),
        };
    }

    take(payload) {
        if (payload.id !== this.record.resId) {
            return;
        }
        Object.assign(this.told, payload);
        if (payload.state !== this.record.data.state || !payload.left) {
            this.reload();
        }
    }

    ask() {
        if (this.working) {
            this.reload();
        }
    }

    async reload() {
        try {
            await this.record.load();
            this.lost.connection = false;
        } catch (error) {
            if (!(error instanceof ConnectionLostError)) {
                throw error;
            }
            // The server goes on, and so does asking.
            this.lost.connection = true;
        }
    }
}

registry.category("view_widgets").add("settlement_bulk_progress", {
    component: BulkProgress,
    fieldDependencies: [
        {name: "state", type: "selection"},
        {name: "chosen_count", type: "integer"},
        {name: "left_count", type: "integer"},
    ],
});
