"""The test of nntrain/a/b.py is tests/a/test_b.py, and every test module is the test of something."""

from fnmatch import fnmatch
from pathlib import Path

import pytest

TESTS = Path(__file__).parent
MODULES = sorted(
    path.relative_to(TESTS.parent / "nntrain").as_posix()
    for path in (TESTS.parent / "nntrain").rglob("*.py")
    if not path.name.startswith("__")
)

# Modules that share a test, the more special pattern first.
GROUPS = {
    "api/directory.py": "api/test_run.py",  # what runs, groups and searches share
    "api/trained_model.py": "api/test_run.py",  # what a run computes
    "api/rest.py": "api/test_resuming.py",  # the part that trains
    "api/scores.py": "api/test_run.py",  # what its `evaluate` returns
    "beginning/facts.py": "beginning/templates/test_contract.py",  # values alone
    "beginning/realmlp.py": "beginning/templates/test_contract.py",
    "beginning/templates/*.py": "beginning/templates/test_contract.py",
    "cli/launched_worker.py": "cli/commands/test_launch.py",  # a process that `launch` starts
    "cli/config_paths.py": "cli/test_completion.py",  # what a shell completes
    "cli/explain_request.py": "cli/test_app.py",  # the options of a command
    "cli/options.py": "cli/test_app.py",  # those that commands share
    "cli/playground_request.py": "cli/commands/test_playground.py",  # the options of a command
    "cli/requests.py": "cli/test_app.py",  # the options of every command
    "cli/view_requests.py": "cli/test_app.py",
    "config/keras/*.py": "config/keras/test_conformance.py",
    "config/data_schema.py": "data/test_dataset.py",  # values alone
    "config/experiment.py": "config/test_load.py",  # fields alone
    "config/tune.py": "config/search/test_load.py",
    "data/csv_*.py": "data/test_csv_reader.py",  # the steps of reading one file
    "data/profile/*.py": "data/profile/test_tables.py",  # what is found of a table
    "data/examples.py": "data/test_dataset.py",
    "evaluation/threshold_plot.py": "plots/test_roc_curve.py",  # what its picture shares with another one
    "evaluation/sampled_outputs.py": "evaluation/test_predict.py",  # what `--mc-dropout` does
    "data/image_request.py": "data/test_image_reader.py",  # values alone
    "data/table_request.py": "data/test_table_reader.py",  # values alone
    "data/table_rows.py": "data/sources/test_table.py",  # what its options do
    "doctor/case.py": "doctor/test_checkup.py",  # what all rules look at
    "doctor/record.py": "runs/test_diagnosis.py",  # values alone
    "doctor/rules/*.py": "doctor/test_suite.py",
    "doctor/statistics.py": "doctor/test_checkup.py",
    "document/yaml_errors.py": "test_messages.py",
    "explain/example_report.py": "explain/test_example.py",
    "explain/flow.py": "explain/test_gradients.py",  # values alone
    "explain/expression/descent_plot.py": "explain/expression/test_descent.py",
    "explain/expression/graph.py": "explain/expression/test_reader.py",
    "exports/web/running.py": "exports/test_write.py",  # what is compared
    "exports/runtimes/*.py": "exports/test_other_process.py",  # programs that it runs
    "playground/base.py": "playground/test_compose.py",  # values alone
    "playground/desk.py": "playground/test_session.py",  # the parts of a session
    "playground/pictures.py": "playground/test_session.py",
    "playground/plane.py": "playground/test_session.py",
    "playground/snapshots.py": "playground/test_session.py",
    "playground/spread.py": "playground/page/test_alone.py",
    "playground/stage.py": "playground/test_session.py",
    "model/custom.py": "config/keras/test_conformance.py",
    "model/penalties.py": "golden/test_penalties_and_norms.py",
    "model/schedules.py": "config/keras/test_conformance.py",
    "model/weight_axes.py": "model/test_initial_weights.py",
    "report/sections/*.py": "report/test_page.py",
    "runs/evaluation_plots.py": "cli/commands/test_evaluate.py",  # what `--plot` does
    "model/callbacks.py": "model/test_build.py",
    "runs/datasets.py": "runs/test_groups.py",
    "runs/member_runner.py": "runs/test_groups.py",
    "runs/member_task.py": "runs/test_parallel_members.py",
    "runs/preview.py": "cli/commands/test_summary.py",  # what it shows
    "runs/members.py": "runs/test_groups.py",  # the runs of a group
    "runs/stack_watcher.py": "runs/test_stacked_runs.py",  # a group whose runs are one program
    "runs/stacks.py": "runs/test_stacked_runs.py",
    "storage/journal_records.py": "storage/test_records.py",  # values alone
    "training/programs/vectorized.py": "training/programs/test_stacked.py",  # steps that it converts
    "training/stack_member.py": "training/test_stack.py",
    "training/stack_state.py": "training/test_stack.py",
    "search/adapters/*.py": "search/engines/test_contract.py",
    "search/engines/*.py": "search/engines/test_contract.py",
    "processes/executor.py": "processes/test_process_pool.py",
    "processes/messages.py": "processes/test_process_pool.py",  # values alone
    "processes/reporting.py": "runs/test_parallel_members.py",  # what a worker sends
    "processes/settings.py": "processes/test_process_pool.py",  # values alone
    "search/executors/processes.py": "processes/test_process_pool.py",
    "search/plot_style.py": "search/plots/test_contract.py",
    "search/plots/*.py": "search/plots/test_contract.py",
    "search/pruners/*.py": "search/pruners/test_contract.py",
    "search/task.py": "processes/test_process_pool.py",  # values alone
    "search/workers/trials.py": "processes/test_process_pool.py",  # what its tests train
    "search/workers/ray_actor.py": "search/executors/test_ray.py",
    "cli/serve_request.py": "cli/commands/test_serve.py",  # the options of a command
    "serving/contract.py": "serving/test_app.py",  # the parts of one application
    "serving/request_rows.py": "serving/test_app.py",
    "serving/predictor.py": "serving/test_app.py",
    "training/job.py": "training/test_loop.py",  # values alone
    "training/run_context.py": "training/test_loop.py",  # values alone
    "watching/loopback.py": "playground/test_server.py",  # what it refuses
}

# What is tested as a whole: the numbers of textbooks, documents, configs, and what several modules do together.
WHOLE = (
    "golden/*.py",
    "runs/test_removed_run_dir.py",
    "runs/test_resume_group.py",
    "search/engines/test_repeatable.py",
    "test_*.py",
    "training/test_parity.py",
    "training/test_precision.py",
)


def path_of_test(module: str) -> str:
    """The path of the test with the module's name, or of the one that its group shares."""
    folder, _, name = module.rpartition("/")
    if folder == "cli/heavy":  # the second half of a command
        folder = "cli/commands"
    own = f"{folder}/test_{name}".lstrip("/")
    shared = (test for pattern, test in GROUPS.items() if fnmatch(module, pattern))
    return own if (TESTS / own).is_file() else next(shared, own)


@pytest.mark.parametrize("module", MODULES)
def test_every_module_has_a_test_of_its_name(module: str) -> None:
    assert (TESTS / path_of_test(module)).is_file(), f"nntrain/{module} has no test tests/{path_of_test(module)}"


def test_every_test_is_that_of_a_module() -> None:
    tests = {path.relative_to(TESTS).as_posix() for path in TESTS.rglob("test_*.py")}
    others = tests - {path_of_test(module) for module in MODULES}
    assert {test for test in others if not any(fnmatch(test, pattern) for pattern in WHOLE)} == set()


def test_every_group_is_needed() -> None:
    alone = [module for module in MODULES if (TESTS / path_of_test(module)).name != f"test_{Path(module).name}"]
    assert {pattern for pattern in GROUPS if not any(fnmatch(module, pattern) for module in alone)} == set()
