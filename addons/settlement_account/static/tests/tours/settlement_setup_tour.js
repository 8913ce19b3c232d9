import {inputFiles} from "@web/../tests/utils";
import {registry} from "@web/core/registry";

// From nothing to posted entries, screen by screen, as one person with all roles.

const name = (text) => ({
    content: "say what is connected",
    trigger: ".o_field_widget[name='name'] input",
    run: `edit ${text}`,
});

const choose = (connector, about) => [
    {
        content: "choose the connector",
        trigger: `.o_field_widget[name='connector'] label:contains('${connector}')`,
        run: "click",
    },
    {
        content: "it says what it is and what it takes",
        trigger: `.o_field_widget[name='connector_about']:contains('${about}')`,
    },
    {
        content: "the environment is shown in words",
        trigger: ".alert:contains('Test environment')",
    },
    {
        content: "connect",
        trigger: "button[name='action_connect']",
        run: "click",
    },
];

const books = [
    {
        content: "take the accounts that were found",
        trigger: "button[name='action_use_wallets']",
        run: "click",
    },
    {
        content: "accounts are proposed, nothing is created yet",
        trigger:
            ".o_field_widget[name='account_line_ids'] .o_data_row:contains('is created')",
    },
    {
        content: "set up journals and accounts",
        trigger: "button[name='action_set_accounts']",
        run: "click",
    },
    {
        content: "it says what was created",
        trigger: "summary:contains('The accounts are set up')",
        timeout: 60000,
    },
    {
        content: "look at the codes of the last days",
        trigger: "button[name='action_read_codes']",
        run: "click",
    },
];

const trial = (figure) => [
    {
        content: "go on",
        trigger: "button[name='action_confirm_codes']",
        run: "click",
    },
    {
        content: "try everything out",
        trigger: "button[name='action_rehearse']",
        run: "click",
    },
    {
        content: "it says how much would match",
        trigger: `[data-kpi='matched']:contains('${figure}')`,
        timeout: 60000,
    },
    {
        content: "nothing was written",
        trigger: "p:contains('Nothing of it was written')",
    },
    {
        content: "open the first entry",
        trigger: "details summary",
        run: "click",
    },
    {
        content: "its lines are shown",
        trigger: "details[open] td:contains('Account Receivable')",
    },
    {
        content: "go on",
        trigger: "button[name='action_confirm_rehearsal']",
        run: "click",
    },
    {
        content: "keep the limits",
        trigger: "button[name='action_set_limits']",
        run: "click",
    },
    {
        content: "the opening balance is known from the dry run",
        trigger: ".o_data_row td[name='is_computed'] input:checked",
        timeout: 60000,
    },
    {
        content: "go live",
        trigger: "button[name='action_go_live']",
        run: "click",
    },
    {
        content: "yes",
        trigger: ".modal .modal-footer .btn-primary",
        run: "click",
    },
    {
        content: "it is live",
        trigger: ".alert-success:contains('is live')",
        timeout: 60000,
    },
    {
        content: "fetch and post",
        trigger: "button[name='action_advance']",
        run: "click",
    },
    {
        content: "the ledger is what the other side says",
        trigger: "td:contains('0.00'):not(:contains('not proved'))",
        timeout: 60000,
    },
    {
        content: "look at the entries",
        trigger: "button[name='action_open_entries']",
        run: "click",
    },
    {
        content: "there they are",
        trigger: ".o_list_view .o_data_row .badge:contains('Posted')",
    },
];

registry.category("web_tour.tours").add("settlement_setup_stripe", {
    steps: () => [
        {
            content: "nothing is connected: begin",
            trigger: "a[name='settlement_connect']",
            run: "click",
        },
        name("Stripe of the Tour"),
        ...choose("Stripe", "API key"),
        {
            content: "check without a key",
            trigger: "button[name='action_check_access']",
            run: "click",
        },
        {
            content: "it says what is missing",
            trigger: ".alert-danger:contains('no credential')",
        },
        {
            content: "open the dialog for the key",
            trigger: "button[name='action_enter_credential']",
            run: "click",
        },
        {
            content: "type the key",
            trigger: ".modal .o_field_widget[name='value'] input[type='password']",
            run: () => {
                const input = document.querySelector(
                    ".modal .o_field_widget[name='value'] input"
                );
                // Built from parts, so that no scanner takes it for a real key.
                input.value = ["sk", "test", "51StandInOfStripe0001"].join("_");
                input.dispatchEvent(new Event("input", {bubbles: true}));
                input.dispatchEvent(new Event("change", {bubbles: true}));
            },
        },
        {
            content: "save it",
            trigger: ".modal button[name='action_done']",
            run: "click",
        },
        {
            content: "only its end is shown",
            trigger: "body:not(:has(.modal)) code:contains('…0001')",
        },
        {
            content: "check again",
            trigger: "button[name='action_check_access']",
            run: "click",
        },
        {
            content: "the provider says who we are",
            trigger: ".alert-success:contains('acct_1Shop')",
        },
        ...books,
        {
            content: "a code without a meaning is named",
            trigger: "code:contains('terminal_rental')",
            timeout: 60000,
        },
        ...trial("96 %"),
    ],
});

registry.category("web_tour.tours").add("settlement_setup_bank", {
    steps: () => [
        name("Bank of the Tour"),
        ...choose("Bank files", "Statement files"),
        {
            content: "choose the first file",
            trigger: ".o_field_widget[name='upload']",
            run: async () => {
                const answer = await fetch("/settlement_tour/bank.xml");
                const file = new File([await answer.blob()], "bank.xml");
                await inputFiles(".o_field_widget[name='upload'] .o_input_file", [
                    file,
                ]);
            },
        },
        {
            content: "it is there",
            trigger:
                ".o_field_widget[name='upload'] input[value='bank.xml'], .o_field_widget[name='upload'] .o_form_uri, .o_field_widget[name='upload'] .fa-download, .o_field_widget[name='upload'] .o_clear_file_button",
        },
        {
            content: "go on",
            trigger: "button[name='action_take_files']",
            run: "click",
        },
        {
            content: "the account of the file, with its balance",
            trigger:
                ".o_data_row:contains('DE02120300000000202051'):contains('1,195.50')",
        },
        ...books,
        {
            content: "all codes are known",
            trigger: ".alert-success:contains('have a meaning')",
            timeout: 60000,
        },
        ...trial("would match"),
    ],
});
