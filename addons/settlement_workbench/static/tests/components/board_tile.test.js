import {describe, expect, test} from "@odoo/hoot";
import {click, queryAllTexts} from "@odoo/hoot-dom";
import {BoardTile} from "@settlement_workbench/board/board_tile";
import {defineMailModels} from "@mail/../tests/mail_test_helpers";
import {mountWithCleanup} from "@web/../tests/web_test_helpers";

describe.current.tags("desktop");
defineMailModels();

function figure(kpi, values = {}) {
    return {
        kpi,
        label: kpi,
        value: 1,
        display: "1",
        unit: "count",
        group: "",
        tone: "",
        count: 1,
        action: {name: kpi},
        ...values,
    };
}

function propsOf(figures, values = {}) {
    return {
        tile: {
            key: "wallet",
            label: "Wallet proof",
            icon: "fa-bank",
            state: "ok",
            layout: "list",
            sentence: "",
            failed: false,
            right_at: false,
            figures,
            ...values,
        },
        open: (action) => expect.step(action.name),
    };
}

test("unknown is said in words, never as 0", async () => {
    await mountWithCleanup(BoardTile, {
        props: propsOf([figure("rate", {value: null, display: ""})], {
            state: "unknown",
        }),
    });
    expect("[data-kpi='rate']").toHaveText("no data yet");
    expect("[data-kpi='rate']").toHaveAttribute("data-unknown", "1");
    expect("[name='state']").toHaveText("Unknown");
});

test("0 is a figure", async () => {
    await mountWithCleanup(BoardTile, {
        props: propsOf([figure("open", {value: 0, display: "0"})]),
    });
    expect("[data-kpi='open']").toHaveText("0");
});

test("a figure opens what is behind it, and says how many", async () => {
    await mountWithCleanup(BoardTile, {
        props: propsOf([figure("due", {count: 12, display: "12"})]),
    });
    expect("button[data-kpi='due']").toHaveAttribute("title", "Open: due (12 records)");
    await click("button[data-kpi='due']");
    expect.verifySteps(["due"]);
});

test("one record is no records", async () => {
    await mountWithCleanup(BoardTile, {props: propsOf([figure("due", {count: 1})])});
    expect("button[data-kpi='due']").toHaveAttribute("title", "Open: due (1 record)");
});

test("a figure without records behind it is no button", async () => {
    await mountWithCleanup(BoardTile, {
        props: propsOf([figure("lag", {action: false})]),
    });
    expect(".o_settlement_tile button").toHaveCount(0);
    expect("[data-kpi='lag']").toHaveText("1");
});

test("a state is a word and an icon besides its colour", async () => {
    for (const [state, word] of [
        ["ok", "Good"],
        ["warning", "Look"],
        ["error", "Act"],
    ]) {
        await mountWithCleanup(BoardTile, {props: propsOf([], {state, key: state})});
        expect(`[data-tile='${state}'] [name='state']`).toHaveText(word);
        expect(`[data-tile='${state}'] [name='state'] i`).toHaveCount(1);
    }
});

test("figures of several groups are a table, each in its column", async () => {
    const figures = [
        figure("eur.in", {group: "EUR", label: "In", display: "5"}),
        figure("usd.in", {group: "USD", label: "In", display: "7"}),
        figure("usd.out", {group: "USD", label: "Out", display: "9"}),
    ];
    await mountWithCleanup(BoardTile, {props: propsOf(figures, {layout: "table"})});
    expect(queryAllTexts("thead th")).toEqual(["In", "Out"]);
    expect(queryAllTexts("tbody tr:eq(0) td")).toEqual(["5", ""]);
    expect(queryAllTexts("tbody tr:eq(1) td")).toEqual(["7", "9"]);
});

test("a tile that failed says when it was last right", async () => {
    await mountWithCleanup(BoardTile, {
        props: propsOf([], {failed: true, right_at: "2026-01-02 03:04:05"}),
    });
    expect("[name='right_at']").toHaveText(/Last right/);
});
