import {registry} from "@web/core/registry";

const LOADING = 20000;

/** The spreadsheet behind the dashboard that is shown. */
function shownModel() {
    const loader = odoo.__WOWL_DEBUG__.root.env.services.spreadsheet_dashboard_loader;
    return loader?.getActiveDashboard()?.model;
}

function cellsOf(model) {
    return model.getters
        .getSheetIds()
        .flatMap((sheet) =>
            model.getters
                .getEvaluatedCells(sheet)
                .map((cell) => ({sheet, ...cell, text: cell.formattedValue}))
        );
}

/** Wait until nothing loads any more; what is on its way is no value yet. */
async function settledCells() {
    const until = Date.now() + LOADING;
    for (;;) {
        const model = shownModel();
        const cells = model ? cellsOf(model) : [];
        const isLoading = cells.some((cell) => /^loading/i.test(cell.text));
        if (cells.length && !isLoading) {
            return cells;
        }
        if (Date.now() > until) {
            throw new Error("the dashboard does not finish loading");
        }
        await new Promise((resolve) => setTimeout(resolve, 200));
    }
}

async function assertNoErrors() {
    const wrong = (await settledCells()).filter((cell) => cell.type === "error");
    if (wrong.length) {
        const words = wrong.map((cell) => `${cell.text}: ${cell.message}`);
        throw new Error(`cells with errors: ${words.slice(0, 5).join("; ")}`);
    }
}

async function assertShown(texts) {
    const shown = (await settledCells()).map((cell) => cell.text);
    for (const text of texts) {
        if (!shown.includes(text)) {
            throw new Error(`${text} is not among ${shown.join(", ")}`);
        }
    }
}

const open = [
    {
        content: "Our dashboard is chosen",
        trigger: ".o_search_panel li:contains('Settlements')",
        run: "click",
    },
    {
        content: "Its charts are drawn",
        trigger: ".o_spreadsheet_dashboard_action .o-figure canvas",
    },
    {content: "No cell is an error", trigger: "body", run: assertNoErrors},
];

registry.category("web_tour.tours").add("settlement_dashboard", {
    steps: () => [
        ...open,
        {
            content: "Figures are those of the records",
            trigger: "body",
            run: () =>
                assertShown(["145.00", "Ambiguous", "Processing", "January 2026"]),
        },
        {
            content: "A card opens the records behind it",
            trigger: ".o-figure .o-scorecard:first, .o-figure canvas:first",
            run: "click",
        },
        {
            content: "The exceptions",
            trigger: ".o_breadcrumb:contains('Exceptions')",
        },
    ],
});

registry.category("web_tour.tours").add("settlement_dashboard_empty", {
    steps: () => [
        ...open,
        {
            content: "No rate is not a rate of 0",
            trigger: "body",
            run: () => assertShown(["no data yet"]),
        },
    ],
});
