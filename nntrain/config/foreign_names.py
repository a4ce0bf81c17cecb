"""Names of other libraries, and of earlier versions of Keras, for what a config calls otherwise."""

from collections.abc import Collection

_OPTIONS = {
    "units": "output_dim out_features num_units n_units nb_units n_neurons neurons hidden_size hidden_units nodes",
    "filters": "out_channels nb_filter nb_filters num_filters n_filters",
    "kernel_size": "filter_size ksize kernel kernel_shape",
    "strides": "stride subsample",
    "padding": "border_mode pad",
    "dilation_rate": "dilation",
    "rate": "p prob probability dropout dropout_rate drop_rate",
    "negative_slope": "alpha slope leak",
    "use_bias": "bias",
    "kernel_initializer": "init initializer weight_init weight_initializer W_init W_initializer kernel_init",
    "kernel_regularizer": "W_regularizer weight_regularizer regularizer",
    "kernel_constraint": "W_constraint weight_constraint",
    "bias_regularizer": "b_regularizer",
    "epsilon": "eps",
    "learning_rate": "lr eta eta0 learning_rate_init initial_lr base_lr step_size",
    "beta_1": "beta1 b1",
    "beta_2": "beta2 b2",
    "clipnorm": "clip_norm max_norm max_grad_norm grad_clip_norm gradient_clip_norm",
    "clipvalue": "clip_value grad_clip_value gradient_clip_val",
    "weight_decay": "l2 wd",
    "min_delta": "tol threshold delta",
    "factor": "gamma",
    "patience": "n_iter_no_change",
    "trials": "n_trials max_trials num_trials num_samples n_iter",
    "epochs": "nb_epoch n_epochs num_epochs max_epochs max_epoch max_iter n_iter iterations num_train_epochs",
    "steps": "max_steps",
    "batch_size": "batch batchsize bs minibatch_size per_device_train_batch_size",
    "optimizer": "solver optim optimiser algorithm",
    "loss": "loss_fn loss_function criterion cost objective",
    "regularizer": "alpha l1 l2 regularization penalty",
    "metrics": "metric scoring",
    "monitor": "metric quantity",
    "init_from": "weights pretrained resume_from load_from",
    "max_seconds": "time_limit max_time timeout",
    "threads": "n_jobs num_threads nthreads",
    "path": "file filename filepath file_name csv csv_path data_path url",
    "separator": "sep delimiter",
    "test": "test_size test_split test_fraction",
    "validation": "validation_split val_split val_size val_fraction val",
}
_RECURRENT = ("LSTM", "GRU", "SimpleRNN", "RNN", "Bidirectional", "TimeDistributed", "Embedding", "Masking")
_ATTENTION = ("Attention", "MultiHeadAttention", "Transformer")
_ONE_DIMENSION = ("Conv1D", "MaxPooling1D", "AveragePooling1D", "GlobalMaxPooling1D", "GlobalAveragePooling1D")
_SEQUENCES = (*_RECURRENT, *_ATTENTION, *_ONE_DIMENSION)
_BRANCHES = ("Add", "Average", "Concatenate", "Dot", "Maximum", "Minimum", "Multiply", "Subtract")

LAYERS = {
    **dict.fromkeys(("Input", "InputLayer"), "remove it; the data determine the shape of the input"),
    **dict.fromkeys(_SEQUENCES, "write `Flatten` and `Dense: 64`; there are no layers for sequences"),
    **dict.fromkeys(_BRANCHES, "remove it; a model is one sequence of layers, without branches"),
    **dict.fromkeys(("Lambda", "TorchModuleWrapper"), "remove it; a config holds no code"),
    **dict.fromkeys(("Linear", "FullyConnected", "FC"), "write `Dense`"),
}

LAYER_OPTIONS = {
    **dict.fromkeys(
        ("input_shape", "batch_input_shape", "input_dim", "in_features", "in_channels", "num_features", "input_size"),
        "remove it; the data determine the shape of the input",
    ),
    **dict.fromkeys(("dropout", "dropout_rate"), "write `- Dropout: 0.2` as the next layer"),
    **dict.fromkeys(("batch_norm", "batchnorm", "normalize"), "write `- BatchNormalization` as the next layer"),
    "activation": "write `- Activation: relu` as the next layer",
    "keep_prob": "write `rate`, the share that is dropped",
    **dict.fromkeys(("l1", "l2", "weight_decay"), "write `kernel_regularizer: {L2: 1e-4}`"),
}
_COMMAND = "remove it; on the command line write "
TRAIN_OPTIONS = {
    **dict.fromkeys(
        ("early_stopping", "early_stop", "patience", "n_iter_no_change"),
        "write `callbacks: [{EarlyStopping: {patience: 5}}]`",
    ),
    **dict.fromkeys(
        ("scheduler", "lr_scheduler", "lr_schedule", "schedule", "learning_rate_schedule"),
        "give `learning_rate` a schedule, such as `optimizer: {Adam: {learning_rate: "
        "{CosineDecay: {initial_learning_rate: 0.01, decay_steps: 1000}}}}`",
    ),
    **dict.fromkeys(("momentum", "nesterov"), "write `optimizer: {SGD: {momentum: 0.9}}`"),
    **dict.fromkeys(
        ("clipnorm", "clipvalue", "gradient_clip_val", "grad_clip", "max_grad_norm"),
        "write `optimizer: {Adam: {clipnorm: 1}}`",
    ),
    **dict.fromkeys(
        ("gradient_accumulation_steps", "accumulate_grad_batches"),
        "write `optimizer: {Adam: {gradient_accumulation_steps: 4}}`",
    ),
    **dict.fromkeys(("device", "accelerator", "gpu", "use_gpu", "cuda"), f"{_COMMAND}`--device gpu`"),
    **dict.fromkeys(("devices", "gpus", "num_gpus"), f"{_COMMAND}`--devices 2`"),
    **dict.fromkeys(("verbose", "verbosity", "progress_bar"), f"{_COMMAND}`-q` for less, `-v` for more"),
    **dict.fromkeys(("cv", "folds", "kfold", "k_folds", "n_splits", "cross_validation"), f"{_COMMAND}`--folds 10`"),
    **dict.fromkeys(("seeds", "runs", "repeats", "n_repeats"), f"{_COMMAND}`--seeds 5`"),
    **dict.fromkeys(("name", "run_name", "experiment_name"), f"{_COMMAND}`--name NAME`"),
    **dict.fromkeys(("output_dir", "log_dir", "logdir", "save_dir", "runs_dir"), f"{_COMMAND}`--runs-dir FOLDER`"),
    **dict.fromkeys(("num_workers", "workers", "prefetch"), "remove it; nntrain reads the data by itself"),
    **dict.fromkeys(("fp16", "amp", "mixed_precision"), "write `precision: mixed_float16`"),
    **dict.fromkeys(("bf16",), "write `precision: mixed_bfloat16`"),
    **dict.fromkeys(("save_best", "save_best_only", "restore_best_weights", "checkpoint"), "write `save: best`"),
}
CONFIG_OPTIONS = {
    **dict.fromkeys(("layers", "network", "net", "architecture"), "write `model`"),
    **dict.fromkeys(("fit", "training", "trainer"), "write `train`"),
    **dict.fromkeys(("random_state", "random_seed"), "write `seed`"),
    **dict.fromkeys(
        ("input_features", "output_features", "features", "target", "label", "csv"),
        "write `data: {table: {path: data.csv, target: COLUMN}}`",
    ),
    **dict.fromkeys(("search", "hyperopt", "sweep", "tuner", "hyperparameters"), "write `tune`"),
    **TRAIN_OPTIONS,
}
SOURCES = {
    **dict.fromkeys(
        ("csv", "tsv", "csv_file", "file", "tabular", "pandas", "dataframe", "parquet", "arff", "excel"),
        "write `table: {path: data.csv, target: COLUMN}`",
    ),
    **dict.fromkeys(
        ("image", "images", "folder", "directory", "imagefolder", "image_directory", "image_dataset_from_directory"),
        "write `image_folder: {path: images}`",
    ),
    **dict.fromkeys(("npz", "npy", "numpy", "arrays", "tensor"), "write `npz_file: {path: data.npz}`"),
}


def meant_option(name: str, options: Collection[str]) -> str:
    """Return the option that a name of another library stands for; nothing where the section has none."""
    return next((option for option, others in _OPTIONS.items() if option in options and name in others.split()), "")
