import {describe, expect, test} from "@odoo/hoot";
import {click, press, queryAllTexts, queryOne} from "@odoo/hoot-dom";
import {animationFrame} from "@odoo/hoot-mock";
import {Component, useState, xml} from "@odoo/owl";
import {keyName, usePaneKeys} from "@settlement_workbench/pane/pane_keys";
import {PaneQueue} from "@settlement_workbench/pane/pane_queue";
import {defineMailModels} from "@mail/../tests/mail_test_helpers";
import {mountWithCleanup} from "@web/../tests/web_test_helpers";
import {useService} from "@web/core/utils/hooks";

describe.current.tags("desktop");
defineMailModels();

const rows = [1, 2, 3].map((id) => ({
    id,
    severity: id === 1 ? "critical" : "low",
    severity_label: id === 1 ? "Critical" : "Low",
    headline: `Row ${id} does not fit`,
    amount: `${id}.00`,
    reason_label: "Unmatched",
    due: "in 2 d",
    deadline: "2026-01-02",
    is_overdue: id === 1,
    age: "< 24 h",
    opened_at: "2026-01-01",
    backend: "Stripe",
    user: "",
    state_label: "Open",
}));

function propsOf(values = {}) {
    return {
        rows,
        currentId: 2,
        marked: {3: true},
        isGrid: false,
        hasMore: false,
        onSelect: (id) => expect.step(`select ${id}`),
        onMark: (id) => expect.step(`mark ${id}`),
        onMore: () => expect.step("more"),
        focusToken: 0,
        ...values,
    };
}

test("the focus follows the cursor", async () => {
    class Parent extends Component {
        static components = {PaneQueue};
        static props = {};
        static template = xml`<PaneQueue t-props="state"/>`;
        setup() {
            this.state = useState(propsOf());
        }
    }
    const parent = await mountWithCleanup(Parent);
    expect(document.activeElement).toBe(queryOne("[data-id='2']"));
    parent.state.currentId = 3;
    await animationFrame();
    expect(document.activeElement).toBe(queryOne("[data-id='3']"));
    expect("[data-id='3']").toHaveAttribute("aria-selected", "true");
});

test("a click selects, a mark is no selection", async () => {
    await mountWithCleanup(PaneQueue, {props: propsOf({isGrid: true})});
    await click("[data-id='1']");
    await click("[data-id='2'] input");
    expect.verifySteps(["select 1", "mark 2"]);
    expect("[data-id='3'] input").toBeChecked();
});

test("severity is a word, overdue is not colour alone", async () => {
    await mountWithCleanup(PaneQueue, {props: propsOf()});
    expect(queryAllTexts("[class*='o_pane_severity_']")).toEqual([
        "Critical",
        "Low",
        "Low",
    ]);
    expect("[data-id='1'] .text-danger").toHaveText("in 2 d");
});

test("keys act on the page, not in an input, and can be switched off", async () => {
    let isOn = true;
    class Keys extends Component {
        static props = {};
        static template = xml`<div class="keys"><input/><button>b</button></div>`;
        setup() {
            const step = (name) => ({key: name, run: () => expect.step(name)});
            const keys = [step("j"), step("enter"), step("?")];
            usePaneKeys(keys, () => isOn, useService("ui"));
        }
    }
    await mountWithCleanup(Keys);
    await press("j");
    await animationFrame();
    await press("?");
    await animationFrame();
    expect.verifySteps(["j", "?"]);
    queryOne(".keys input").focus();
    await press("j");
    await press("?");
    await animationFrame();
    expect.verifySteps([]);
    // What a button has of its own, it keeps.
    queryOne(".keys button").focus();
    await press("enter");
    await animationFrame();
    expect.verifySteps([]);
    queryOne(".keys button").blur();
    isOn = false;
    await press("j");
    await press("?");
    await animationFrame();
    expect.verifySteps([]);
    await press("enter");
    await animationFrame();
    expect.verifySteps(["enter"]);
});

test("keys are written as people know them", () => {
    expect(keyName("arrowup")).toBe("↑");
    expect(keyName("g")).toBe("g");
});
