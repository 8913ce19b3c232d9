import {registry} from "@web/core/registry";

// What an integration administrator does first: enter a credential, check the
// connection, pull.
registry.category("web_tour.tours").add("settlement_credential", {
    steps: () => [
        {
            content: "open the dialog",
            trigger: "button[name='action_enter_credential']",
            run: "click",
        },
        {
            content: "choose what the connector asks for",
            trigger: ".modal .o_field_widget[name='name'] input",
            run: "click",
        },
        {
            content: "the names of this connector are offered",
            trigger: ".o_select_menu_item:contains('Api key')",
            run: "click",
        },
        {
            content: "the value is not shown while it is typed",
            trigger: ".modal .o_field_widget[name='value'] input[type='password']",
            run: "edit sk_test_51TypedIntoTheDialog",
        },
        {
            content: "save",
            trigger: ".modal button[name='action_done']",
            run: "click",
        },
        {
            content: "look at the credentials",
            trigger: "body:not(:has(.modal)) a[name='credentials']",
            run: "click",
        },
        {
            content: "only the end of the value is shown, and that it is valid",
            trigger:
                ".o_field_widget[name='credential_ids'] tr:contains('…alog'):contains('Valid')",
        },
        {
            content: "check the connection",
            trigger: "button[name='action_check_connection']",
            run: "click",
        },
        {
            content: "the provider says who we are to it",
            trigger: ".o_notification:contains('acct_1')",
        },
        {
            content: "the backend is connected",
            trigger: ".o_arrow_button_current:contains('Connected')",
        },
        {
            content: "pull",
            trigger: "button[name='action_pull']",
            run: "click",
        },
        {
            content: "something came in",
            trigger: ".o_notification:contains('1 new message')",
        },
        {
            content: "open the windows",
            trigger: "button[name='action_open_windows']",
            run: "click",
        },
        {
            content: "one complete window",
            trigger: ".o_list_view td[name='state']:contains('Complete')",
        },
    ],
});
