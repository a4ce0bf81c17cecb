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
    **dict.fromkeys(("Linear", "FullyConnected", "FC", "Hidden", "Output"), "write `Dense`"),
    **dict.fromkeys(("Dropout2d", "Dropout2D"), "write `SpatialDropout2D`"),
    **dict.fromkeys(("UpSampling2D", "Upsample"), "write `Resizing`, which scales images too"),
    **dict.fromkeys(
        ("Conv2DTranspose", "Conv3D", "Permute", "RepeatVector"),
        "remove it; `nntrain list layers` shows all",
    ),
    **dict.fromkeys(
        ("GroupNormalization", "GroupNorm", "InstanceNorm"), "write `LayerNormalization` or `BatchNormalization`"
    ),
    **dict.fromkeys(("AdaptiveAvgPool2d", "AdaptiveAvgPool2D"), "write `GlobalAveragePooling2D`"),
    **dict.fromkeys(("StandardScaler", "InputNorm", "MinMaxScaler"), "write `Normalization` as the first layer"),
    "ActivityRegularization": "give the layer before it the option `activity_regularizer`",
    "Sequential": "write its layers themselves; the model is a list of layers",
}

INITIALIZERS = {
    **dict.fromkeys(("xavier", "xavier_uniform", "glorot"), "write `glorot_uniform`"),
    "xavier_normal": "write `glorot_normal`",
    **dict.fromkeys(("he", "kaiming", "kaiming_normal"), "write `he_normal`"),
    "kaiming_uniform": "write `he_uniform`",
    "lecun": "write `lecun_normal`",
    "random": "write `random_normal` or `random_uniform`",
}
_NO_METRIC = "`nntrain list metrics` shows those that there are; one of your own comes with `--plugin FILE`"
METRICS = {
    **dict.fromkeys(("f1", "f1_macro", "fbeta", "FBetaScore", "fscore"), "write `F1Score`"),
    **dict.fromkeys(("f1_micro", "f1_weighted"), "write `F1Score: {average: ...}`"),
    **dict.fromkeys(("roc", "auroc", "roc_auc", "roc_auc_score"), "write `AUC`"),
    **dict.fromkeys(("average_precision", "pr_auc", "auprc"), "write `AUC: {curve: PR}`"),
    **dict.fromkeys(("recall_score", "sensitivity", "tpr"), "write `Recall`"),
    **dict.fromkeys(("precision_score", "ppv"), "write `Precision`"),
    **dict.fromkeys(("specificity", "tnr"), "write `Recall: {class_id: 0}`, which is it for two classes"),
    **dict.fromkeys(("balanced_accuracy", "balanced_accuracy_score"), "write `Recall: {average: macro}`, which is it"),
    **dict.fromkeys(("top5", "top_5", "top_5_accuracy", "top_k_accuracy"), "write `TopK: 5`"),
    **dict.fromkeys(("logloss", "log_loss", "crossentropy"), "remove it; the loss is a column of its own"),
    **dict.fromkeys(("mcc", "kappa", "cohen_kappa", "iou", "mape", "MeanAbsolutePercentageError"), _NO_METRIC),
}
_CROSS_ENTROPY = "leave the loss out, which is chosen by the data, or write `sparse_categorical_crossentropy`"
LOSSES = {
    **dict.fromkeys(
        ("CrossEntropyLoss", "cross_entropy", "crossentropy", "ce", "xent", "sparse_ce", "NLLLoss", "nll", "log_loss"),
        _CROSS_ENTROPY,
    ),
    "BCELoss": "write `binary_crossentropy`",
    "BCEWithLogitsLoss": "write `BinaryCrossentropy: {from_logits: true}`",
    **dict.fromkeys(("MSELoss", "L2Loss", "squared_error", "rmse", "l2"), "write `mse`"),
    **dict.fromkeys(("L1Loss", "l1", "absolute_error"), "write `mae`"),
    **dict.fromkeys(("SmoothL1Loss", "HuberLoss"), "write `Huber`"),
    **dict.fromkeys(("focal", "focal_loss"), "write `BinaryFocalCrossentropy`"),
}
OPTIMIZERS = {
    **dict.fromkeys(("momentum", "nesterov"), "write `SGD: {momentum: 0.9, nesterov: true}`"),
    **dict.fromkeys(("gd", "BatchGradientDescent"), "write `SGD`, and `batch_size: full` below `train`"),
    "rms_prop": "write `RMSprop`",
    **dict.fromkeys(("lbfgs", "RAdam", "AdaBelief", "LAMB", "Muon", "Ftrl", "Adafactor", "Rprop"), "write `AdamW`"),
    "name": "write the name itself in its place, such as `optimizer: SGD`",
}
CALLBACKS = {
    **dict.fromkeys(("Checkpoint", "BackupAndRestore"), "remove it; every run writes checkpoints for `resume`"),
    **dict.fromkeys(("History", "ProgbarLogger"), "remove it; every run writes metrics.csv, and shows its progress"),
    **dict.fromkeys(("WandbCallback", "MlflowCallback"), "remove it; `nntrain list loggers` shows the others"),
    **dict.fromkeys(("OneCycleLR", "CosineAnnealingLR", "StepLR"), "remove it; give `learning_rate` a schedule"),
    "LambdaCallback": "remove it; a config holds no code",
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

VALUES = {
    **dict.fromkeys(("fp16", "float16", "half", "mixed", "16-mixed", "amp"), "mixed_float16"),
    **dict.fromkeys(("bf16", "bfloat16", "bf16-mixed"), "mixed_bfloat16"),
    **dict.fromkeys(("fp32", "full", "32"), "float32"),
    **dict.fromkeys(("jit", "jit_compile"), "xla"),
    **dict.fromkeys(("eager", "tf"), "graph"),
}
"""Values of other libraries, for the names that stand for them in an option of some names."""


def meant_option(name: str, options: Collection[str]) -> str:
    """Return the option that a name of another library stands for; nothing where the section has none."""
    return next((option for option, others in _OPTIONS.items() if option in options and name in others.split()), "")
