import {describe, expect, test} from "@odoo/hoot";
import {advanceTime, animationFrame} from "@odoo/hoot-mock";
import {BulkProgress} from "@settlement_workbench/bulk/bulk_progress";
import {ConnectionLostError} from "@web/core/network/rpc";
import {defineMailModels} from "@mail/../tests/mail_test_helpers";
import {mountWithCleanup} from "@web/../tests/web_test_helpers";

describe.current.tags("desktop");
defineMailModels();

function recordOf(values = {}, load = () => expect.step("load")) {
    return {
        resId: 7,
        data: {state: "running", chosen_count: 200, left_count: 150, ...values},
        load,
    };
}

function mount(record) {
    return mountWithCleanup(BulkProgress, {props: {record, readonly: true}});
}

test("how far it is, in words and for screen readers", async () => {
    await mount(recordOf());
    expect("[role='progressbar']").toHaveAttribute("aria-valuenow", "25");
    expect("small").toHaveText(/50 of 200/);
});

test("what is done shows no progress", async () => {
    await mount(recordOf({state: "done", left_count: 0}));
    expect("[role='progressbar']").toHaveCount(0);
    await advanceTime(5000);
    expect.verifySteps([]);
});

test("a message moves it; one about another act does not", async () => {
    const progress = await mount(recordOf());
    progress.onTold({id: 8, state: "running", left: 1});
    await animationFrame();
    expect("[role='progressbar']").toHaveAttribute("aria-valuenow", "25");
    progress.onTold({id: 7, state: "running", left: 100});
    await animationFrame();
    expect("[role='progressbar']").toHaveAttribute("aria-valuenow", "50");
    expect.verifySteps([]);
    progress.onTold({id: 7, state: "done", left: 0});
    expect.verifySteps(["load"]);
});

test("without a message, the record itself is asked", async () => {
    await mount(recordOf());
    await advanceTime(4100);
    expect.verifySteps(["load"]);
});

test("a lost connection is said, and forgotten once it is back", async () => {
    let isLost = true;
    await mount(
        recordOf({}, () => {
            if (isLost) {
                throw new ConnectionLostError("/web");
            }
        })
    );
    await advanceTime(4100);
    await animationFrame();
    expect("[role='status']").toHaveText(/connection is lost/);
    isLost = false;
    await advanceTime(4100);
    await animationFrame();
    expect("[role='status']").toHaveCount(0);
});
