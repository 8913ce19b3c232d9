import {inputFiles} from "@web/../tests/utils";
import {registry} from "@web/core/registry";

// A file that nobody has seen before, from its sample to transactions, by three
// persons: who sets its layout up, who approves it, who imports.

// What the file is and what its columns mean: given by the test in a cookie.
const plan = () => {
    const cookie = document.cookie
        .split("; ")
        .find((each) => each.startsWith("settlement_file_plan="));
    const bytes = Uint8Array.from(atob(cookie.split("=")[1]), (char) =>
        char.charCodeAt(0)
    );
    return JSON.parse(new TextDecoder().decode(bytes));
};

const upload = (field) => ({
    content: "choose the file",
    trigger: `.modal .o_field_widget[name='${field}']`,
    run: async () => {
        const {content, file} = plan();
        await inputFiles(`.modal .o_field_widget[name='${field}'] .o_input_file`, [
            new File([content], file, {type: "text/csv"}),
        ]);
    },
});

const uploaded = (field) => ({
    content: "it is there",
    trigger: `.modal .o_field_widget[name='${field}'] .o_clear_file_button`,
});

const tab = (name) => ({
    content: `open the page ${name}`,
    trigger: `.o_notebook .nav-link[name='${name}']`,
    run: "click",
});

const many2one = (field, name) => [
    {
        content: `type ${name}`,
        trigger: `.modal .o_field_widget[name='${field}'] input`,
        run: `edit ${name}`,
    },
    {
        content: `choose ${name}`,
        trigger: `.o-autocomplete--dropdown-item:contains('${name}')`,
        run: "click",
    },
];

const item = (label) => ({
    content: `choose ${label}`,
    trigger: `.o_select_menu_item:text('${label}')`,
    run: "click",
});

const selection = (field, label) => [
    {
        content: `open the choices of ${field}`,
        trigger: `.o_field_widget[name='${field}'] .o_select_menu input`,
        run: "click",
    },
    item(label),
];

// In a list that is edited in place: the row that says `text` gets a choice.
const choose = (list, text, field, label) => [
    {
        content: `edit the row ${text}`,
        trigger: `.o_field_widget[name='${list}'] .o_data_row:has(td:text('${text}')) td[name='${field}']`,
        run: "click",
    },
    {
        content: `open the choices of ${text}`,
        trigger: `.o_field_widget[name='${list}'] .o_selected_row:has(input:value('${text}')) td[name='${field}'] .o_select_menu input`,
        run: "click",
    },
    item(label),
    {
        content: `${text} is ${label}`,
        trigger: `.o_field_widget[name='${list}'] .o_selected_row:has(input:value('${text}')) td[name='${field}'] input:value('${label}')`,
    },
];

const remove = (text) => ({
    content: `one use of ${text} is wrong`,
    trigger: `.o_field_widget[name='line_ids'] .o_data_row:has(td:text('${text}')):last .o_list_record_remove`,
    run: "click",
});

const constant = (field, value) => [
    {
        content: "add a constant",
        trigger: ".o_field_widget[name='constant_ids'] .o_field_x2many_list_row_add a",
        run: "click",
    },
    {
        content: "open the fields",
        trigger: `.o_field_widget[name='constant_ids'] .o_selected_row td[name='field'] .o_select_menu input`,
        run: "click",
    },
    item(field),
    {
        content: "say what it is",
        trigger: `.o_field_widget[name='constant_ids'] .o_selected_row td[name='value'] input`,
        run: `edit ${value}`,
    },
];

const save = {
    content: "save",
    trigger: ".o_form_button_save",
    run: "click",
};

registry.category("web_tour.tours").add("settlement_file_layout_set_up", {
    steps: () => {
        const {name, backend, decimal, dates, account, figures} = plan();
        const {wrong, columns, kinds} = plan();
        return [
            {
                content: "begin with a file",
                trigger: ".o_control_panel button:contains('New from a File')",
                run: "click",
            },
            upload("sample"),
            uploaded("sample"),
            {
                content: "say whose it is",
                trigger: ".modal .o_field_widget[name='name'] input",
                run: `edit ${name}`,
            },
            ...many2one("backend_id", backend),
            {
                content: "look at it",
                trigger: ".modal button[name='action_start']",
                run: "click",
            },
            {
                content: "the draft is there",
                trigger: `body:not(:has(.modal)) .o_form_view .o_field_widget[name='name'] input:value('${name}')`,
            },
            tab("form"),
            {
                content: "it says what was found, and why",
                trigger: ".o_settlement_findings tr[data-topic='separator']",
            },
            ...selection("decimal", decimal),
            {
                content: "say how dates are written",
                trigger: ".o_field_widget[name='date_formats'] textarea",
                run: `edit ${dates}`,
            },
            tab("columns"),
            ...wrong.map(remove),
            ...columns.flatMap(([column, label]) =>
                choose("line_ids", column, "use", label)
            ),
            save,
            tab("kinds"),
            ...selection("sign_mode", "Positive came to us"),
            ...kinds.flatMap(([value, label]) =>
                choose("kind_ids", value, "kind", label)
            ),
            tab("computed"),
            ...constant("Account at the provider", account),
            tab("preview"),
            {
                content: "all rows can be read, before anything is saved",
                trigger: `[data-figure='accepted'] span:text('${figures.rows}')`,
            },
            save,
            {
                content: "none is put aside",
                trigger: "[data-figure='rejected'] span:text('0')",
            },
            {
                content: "the money is what it is",
                trigger: `tr[data-total='EUR'] td:text('${figures.net}')`,
            },
            {
                content: "send it for approval",
                trigger: "button[name='action_propose']:enabled",
                run: "click",
            },
            {
                content: "it is proposed and can no longer be edited",
                trigger:
                    ".o_statusbar_status button[data-value='proposed'].o_arrow_button_current",
            },
        ];
    },
});

registry.category("web_tour.tours").add("settlement_file_layout_approve", {
    steps: () => {
        const {figures} = plan();
        return [
            {
                content: "it says who asks",
                trigger: ".alert-warning:contains('asks for approval')",
            },
            {
                content: "the approver sees what it makes of the sample",
                trigger: `tr[data-total='EUR'] td:text('${figures.net}')`,
            },
            {
                content: "approve",
                trigger: "button[name='action_approve']",
                run: "click",
            },
            {
                content: "it holds",
                trigger:
                    ".o_statusbar_status button[data-value='approved'].o_arrow_button_current",
            },
        ];
    },
});

registry.category("web_tour.tours").add("settlement_file_layout_import", {
    steps: () => {
        const {backend, figures, name} = plan();
        return [
            ...many2one("backend_id", backend),
            upload("content"),
            uploaded("content"),
            {
                content: "what would it change?",
                trigger: ".modal button[name='action_preview']",
                run: "click",
            },
            {
                content: "all rows are new",
                trigger: `.modal .o_field_widget[name='new_count']:contains('${figures.rows}')`,
            },
            {
                content: "import",
                trigger: ".modal button[name='action_import']",
                run: "click",
            },
            {
                content: "the file says which layout has read it",
                trigger: `body:not(:has(.modal)) .o_field_widget[name='file_layout_id']:contains('${name} (v1)')`,
            },
            {
                content: "look at its transactions",
                trigger: ".o_notebook .nav-link:contains('Transactions')",
                run: "click",
            },
            {
                content: "there they are",
                trigger: `.o_field_widget[name='transaction_ids'] .o_data_row:count(${figures.rows})`,
            },
        ];
    },
});
