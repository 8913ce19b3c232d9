import {listView} from "@web/views/list/list_view";
import {ListController} from "@web/views/list/list_controller";
import {openPane} from "./open_pane";
import {registry} from "@web/core/registry";

/** The list of exceptions, which opens the pane on what it shows, in its order. */
export class ExceptionListController extends ListController {
    async workOnThese() {
        const {root} = this.model;
        const selected = await root.getResIds(true);
        const order = root.orderBy
            .map(({name, asc}) => `${name} ${asc ? "ASC" : "DESC"}`)
            .join(", ");
        const queue = selected.length ? {ids: selected} : {domain: root.domain, order};
        return openPane(this.actionService, false, queue);
    }
}

export const exceptionListView = {
    ...listView,
    Controller: ExceptionListController,
    buttonTemplate: "settlement_workbench.ExceptionListButtons",
};

registry.category("views").add("settlement_exception_list", exceptionListView);
