SET statement_timeout = 0;
SET lock_timeout = 0;
SET idle_in_transaction_session_timeout = 0;
SET client_encoding = 'UTF8';
SET standard_conforming_strings = on;
SELECT pg_catalog.set_config('search_path', '', false);
SET check_function_bodies = false;
SET xmloption = content;
SET client_min_messages = warning;
SET row_security = off;
SET default_tablespace = '';
SET default_table_access_method = heap;
CREATE TABLE public.attempts (
    cell_key integer NOT NULL,
    number integer NOT NULL,
    state character varying NOT NULL,
    holder character varying NOT NULL,
    claimed_at timestamp without time zone NOT NULL,
    started_at timestamp without time zone,
    ended_at timestamp without time zone,
    resumed_after integer,
    reason character varying NOT NULL,
    traceback character varying NOT NULL,
    split character varying,
    environment json,
    "offset" bigint NOT NULL,
    job character varying DEFAULT ''::character varying NOT NULL,
    log character varying DEFAULT ''::character varying NOT NULL
);
COMMENT ON COLUMN public.attempts."offset" IS 'bytes of the journal taken in';
CREATE TABLE public.cells (
    key integer NOT NULL,
    id character varying NOT NULL,
    configuration character varying NOT NULL,
    specification json NOT NULL,
    dataset character varying NOT NULL,
    data character varying NOT NULL,
    protocol character varying NOT NULL,
    backbone character varying NOT NULL,
    attention character varying NOT NULL,
    seed integer NOT NULL,
    split_seed integer NOT NULL,
    fold integer NOT NULL,
    state character varying NOT NULL,
    epochs integer NOT NULL,
    epochs_done integer NOT NULL,
    classes json,
    images json,
    parameters integer
);
CREATE SEQUENCE public.cells_key_seq
    AS integer
    START WITH 1
    INCREMENT BY 1
    NO MINVALUE
    NO MAXVALUE
    CACHE 1;
ALTER SEQUENCE public.cells_key_seq OWNED BY public.cells.key;
CREATE TABLE public.class_metrics (
    cell_key integer NOT NULL,
    epoch integer NOT NULL,
    part character varying NOT NULL,
    label integer NOT NULL,
    support integer NOT NULL,
    recall double precision,
    "precision" double precision,
    f1 double precision
);
CREATE TABLE public.costs (
    record character varying NOT NULL,
    number integer NOT NULL,
    measured_at timestamp without time zone NOT NULL,
    settings json NOT NULL,
    environment json NOT NULL,
    model character varying NOT NULL,
    backbone json NOT NULL,
    attention json NOT NULL,
    size integer NOT NULL,
    batch integer NOT NULL,
    device character varying NOT NULL,
    parameters bigint NOT NULL,
    flops bigint NOT NULL,
    flops_by_operation json NOT NULL,
    latency_ms_p50 double precision NOT NULL,
    latency_ms_p95 double precision NOT NULL,
    throughput double precision NOT NULL,
    peak_memory bigint NOT NULL,
    to_vanilla json NOT NULL
);
CREATE TABLE public.epochs (
    cell_key integer NOT NULL,
    epoch integer NOT NULL,
    attempt integer NOT NULL,
    ended_at timestamp without time zone NOT NULL,
    lr double precision NOT NULL,
    seconds double precision NOT NULL,
    images_per_second double precision NOT NULL,
    peak_memory bigint NOT NULL
);
CREATE TABLE public.evaluations (
    cell_key integer NOT NULL,
    epoch integer NOT NULL,
    part character varying NOT NULL,
    loss double precision,
    accuracy double precision,
    balanced_accuracy double precision,
    macro_f1 double precision,
    confusion json NOT NULL
);
CREATE TABLE public.ferbench_version (
    version_num character varying(32) NOT NULL
);
CREATE TABLE public.matrices (
    name character varying NOT NULL,
    title character varying NOT NULL,
    reported character varying
);
CREATE TABLE public.matrix_cells (
    matrix character varying NOT NULL,
    cell_key integer NOT NULL
);
CREATE TABLE public.predictions (
    cell_key integer NOT NULL,
    rule character varying NOT NULL,
    part character varying NOT NULL,
    logits bytea NOT NULL
);
CREATE TABLE public.selections (
    cell_key integer NOT NULL,
    rule character varying NOT NULL,
    epoch integer NOT NULL,
    accuracy double precision,
    balanced_accuracy double precision,
    macro_f1 double precision,
    confusion json
);
CREATE TABLE public.splits (
    fingerprint character varying NOT NULL,
    parts bytea NOT NULL
);
ALTER TABLE ONLY public.cells ALTER COLUMN key SET DEFAULT nextval('public.cells_key_seq'::regclass);
INSERT INTO public.attempts VALUES (4, 1, 'failed', 'machine|ns|1|2', '2030-01-01 00:00:00', NULL, '2030-01-01 01:00:00', NULL, 'so it was', 'Traceback …
ValueError: ''x'' < 0', NULL, NULL, 229, '', '');
INSERT INTO public.attempts VALUES (1, 1, 'done', 'machine|ns|1|2', '2030-01-01 00:00:00', '2030-01-01 00:00:00', '2030-01-01 01:00:00', 0, 'so it was', '', '55555555555555555555555555555555', '{"host": "machine"}', 2046, '', '');
INSERT INTO public.attempts VALUES (5, 1, 'running', 'machine|ns|1|2', '2030-01-01 00:00:00', '2030-01-01 00:00:00', NULL, 0, '', '', '55555555555555555555555555555555', '{"host": "machine"}', 1213, '', '');
INSERT INTO public.attempts VALUES (6, 1, 'diverged', 'machine|ns|1|2', '2030-01-01 00:00:00', '2030-01-01 00:00:00', '2030-01-01 01:00:00', 0, 'so it was', '', '55555555555555555555555555555555', '{"host": "machine"}', 1317, '', '');
INSERT INTO public.attempts VALUES (2, 1, 'done', 'machine|ns|1|2', '2030-01-01 00:00:00', '2030-01-01 00:00:00', '2030-01-01 01:00:00', 0, 'so it was', '', '55555555555555555555555555555555', '{"host": "machine"}', 2046, '', '');
INSERT INTO public.attempts VALUES (3, 1, 'done', 'machine|ns|1|2', '2030-01-01 00:00:00', '2030-01-01 00:00:00', '2030-01-01 01:00:00', 0, 'so it was', '', '55555555555555555555555555555555', '{"host": "machine"}', 2246, '', '');
INSERT INTO public.attempts VALUES (3, 2, 'running', 'machine|ns|1|2', '2030-01-01 00:00:10', '2030-01-01 00:00:00', NULL, 2, '', '', '55555555555555555555555555555555', '{"host": "machine"}', 1445, '', '');
INSERT INTO public.attempts VALUES (3, 3, 'done', 'machine|ns|1|2', '2030-01-01 00:00:20', '2030-01-01 00:00:00', '2030-01-01 01:00:00', 3, 'so it was', '', '55555555555555555555555555555555', '{"host": "machine"}', 1541, '', '');
INSERT INTO public.cells VALUES (7, '5231fcdbb06620e1', '52171ab86310c66c', '{"dataset": {"name": "faces", "version": 1, "parameters": {"subjects": 30, "frames": 3, "seed": 0}}, "data": "00000000000000000000000000000000", "protocol": {"name": "subject", "version": 1, "parameters": {"folds": 1}}, "monitored": "validation", "split_seed": 0, "fold": 0, "backbone": {"name": "resnet18", "version": 1, "parameters": {"pretrained": false}}, "attention": {"name": "hfc", "version": 1, "parameters": {"radius": 0.25, "profile": "ideal", "order": 2}}, "seed": 6, "recipe": {"epochs": 3, "batch_size": 32, "size": 224, "interpolation": "bilinear", "normalisation": "standard", "augmentation": "none", "optimizer": "adam", "lr": 0.0001, "weight_decay": 0.0, "momentum": 0.9, "schedule": "plateau", "factor": 0.3, "patience": 5, "precision": "fp32"}}', 'faces', '00000000000000000000000000000000', 'subject', 'resnet18', 'hfc', 6, 0, 0, 'queued', 3, 0, NULL, NULL, NULL);
INSERT INTO public.cells VALUES (4, '28c93a2690e828c3', '5598cfa3d50ffc78', '{"dataset": {"name": "faces", "version": 1, "parameters": {"subjects": 30, "frames": 3, "seed": 0}}, "data": "00000000000000000000000000000000", "protocol": {"name": "subject", "version": 1, "parameters": {"folds": 1}}, "monitored": "validation", "split_seed": 0, "fold": 0, "backbone": {"name": "resnet18", "version": 1, "parameters": {"pretrained": false}}, "attention": {"name": "none", "version": 1, "parameters": {}}, "seed": 3, "recipe": {"epochs": 3, "batch_size": 32, "size": 224, "interpolation": "bilinear", "normalisation": "standard", "augmentation": "none", "optimizer": "adam", "lr": 0.0001, "weight_decay": 0.0, "momentum": 0.9, "schedule": "plateau", "factor": 0.3, "patience": 5, "precision": "fp32"}}', 'faces', '00000000000000000000000000000000', 'subject', 'resnet18', 'none', 3, 0, 0, 'failed', 3, 0, NULL, NULL, NULL);
INSERT INTO public.cells VALUES (2, 'eaa290b8e2d50967', '52171ab86310c66c', '{"dataset": {"name": "faces", "version": 1, "parameters": {"subjects": 30, "frames": 3, "seed": 0}}, "data": "00000000000000000000000000000000", "protocol": {"name": "subject", "version": 1, "parameters": {"folds": 1}}, "monitored": "validation", "split_seed": 0, "fold": 0, "backbone": {"name": "resnet18", "version": 1, "parameters": {"pretrained": false}}, "attention": {"name": "hfc", "version": 1, "parameters": {"radius": 0.25, "profile": "ideal", "order": 2}}, "seed": 1, "recipe": {"epochs": 3, "batch_size": 32, "size": 224, "interpolation": "bilinear", "normalisation": "standard", "augmentation": "none", "optimizer": "adam", "lr": 0.0001, "weight_decay": 0.0, "momentum": 0.9, "schedule": "plateau", "factor": 0.3, "patience": 5, "precision": "fp32"}}', 'faces', '00000000000000000000000000000000', 'subject', 'resnet18', 'hfc', 1, 0, 0, 'done', 3, 3, '["class0", "class1"]', '{"train": 3, "test": 1}', 1234);
INSERT INTO public.cells VALUES (6, '9d7bc13e0f6433ee', '5598cfa3d50ffc78', '{"dataset": {"name": "faces", "version": 1, "parameters": {"subjects": 30, "frames": 3, "seed": 0}}, "data": "00000000000000000000000000000000", "protocol": {"name": "subject", "version": 1, "parameters": {"folds": 1}}, "monitored": "validation", "split_seed": 0, "fold": 0, "backbone": {"name": "resnet18", "version": 1, "parameters": {"pretrained": false}}, "attention": {"name": "none", "version": 1, "parameters": {}}, "seed": 5, "recipe": {"epochs": 3, "batch_size": 32, "size": 224, "interpolation": "bilinear", "normalisation": "standard", "augmentation": "none", "optimizer": "adam", "lr": 0.0001, "weight_decay": 0.0, "momentum": 0.9, "schedule": "plateau", "factor": 0.3, "patience": 5, "precision": "fp32"}}', 'faces', '00000000000000000000000000000000', 'subject', 'resnet18', 'none', 5, 0, 0, 'diverged', 3, 1, '["class0", "class1"]', '{"train": 3, "test": 1}', 1234);
INSERT INTO public.cells VALUES (3, 'ef73150e7c0d8748', '5598cfa3d50ffc78', '{"dataset": {"name": "faces", "version": 1, "parameters": {"subjects": 30, "frames": 3, "seed": 0}}, "data": "00000000000000000000000000000000", "protocol": {"name": "subject", "version": 1, "parameters": {"folds": 1}}, "monitored": "validation", "split_seed": 0, "fold": 0, "backbone": {"name": "resnet18", "version": 1, "parameters": {"pretrained": false}}, "attention": {"name": "none", "version": 1, "parameters": {}}, "seed": 2, "recipe": {"epochs": 3, "batch_size": 32, "size": 224, "interpolation": "bilinear", "normalisation": "standard", "augmentation": "none", "optimizer": "adam", "lr": 0.0001, "weight_decay": 0.0, "momentum": 0.9, "schedule": "plateau", "factor": 0.3, "patience": 5, "precision": "fp32"}}', 'faces', '00000000000000000000000000000000', 'subject', 'resnet18', 'none', 2, 0, 0, 'done', 3, 4, '["class0", "class1"]', '{"train": 3, "test": 1}', 3);
INSERT INTO public.cells VALUES (1, '6ed4b085cdc6c0f7', '52171ab86310c66c', '{"dataset": {"name": "faces", "version": 1, "parameters": {"subjects": 30, "frames": 3, "seed": 0}}, "data": "00000000000000000000000000000000", "protocol": {"name": "subject", "version": 1, "parameters": {"folds": 1}}, "monitored": "validation", "split_seed": 0, "fold": 0, "backbone": {"name": "resnet18", "version": 1, "parameters": {"pretrained": false}}, "attention": {"name": "hfc", "version": 1, "parameters": {"radius": 0.25, "profile": "ideal", "order": 2}}, "seed": 0, "recipe": {"epochs": 3, "batch_size": 32, "size": 224, "interpolation": "bilinear", "normalisation": "standard", "augmentation": "none", "optimizer": "adam", "lr": 0.0001, "weight_decay": 0.0, "momentum": 0.9, "schedule": "plateau", "factor": 0.3, "patience": 5, "precision": "fp32"}}', 'faces', '00000000000000000000000000000000', 'subject', 'resnet18', 'hfc', 0, 0, 0, 'done', 3, 3, '["class0", "class1"]', '{"train": 3, "test": 1}', 1234);
INSERT INTO public.cells VALUES (5, '99cde7ec6c848cb9', '5598cfa3d50ffc78', '{"dataset": {"name": "faces", "version": 1, "parameters": {"subjects": 30, "frames": 3, "seed": 0}}, "data": "00000000000000000000000000000000", "protocol": {"name": "subject", "version": 1, "parameters": {"folds": 1}}, "monitored": "validation", "split_seed": 0, "fold": 0, "backbone": {"name": "resnet18", "version": 1, "parameters": {"pretrained": false}}, "attention": {"name": "none", "version": 1, "parameters": {}}, "seed": 4, "recipe": {"epochs": 3, "batch_size": 32, "size": 224, "interpolation": "bilinear", "normalisation": "standard", "augmentation": "none", "optimizer": "adam", "lr": 0.0001, "weight_decay": 0.0, "momentum": 0.9, "schedule": "plateau", "factor": 0.3, "patience": 5, "precision": "fp32"}}', 'faces', '00000000000000000000000000000000', 'subject', 'resnet18', 'none', 4, 0, 0, 'running', 3, 1, '["class0", "class1"]', '{"train": 3, "test": 1}', 1234);
INSERT INTO public.class_metrics VALUES (1, 1, 'train', 0, 2, 1, 0.6666666666666666, 0.8);
INSERT INTO public.class_metrics VALUES (1, 1, 'train', 1, 1, 0, NULL, 0);
INSERT INTO public.class_metrics VALUES (1, 1, 'test', 0, 1, 0, 0, 0);
INSERT INTO public.class_metrics VALUES (1, 1, 'test', 1, 1, 0, 0, 0);
INSERT INTO public.class_metrics VALUES (1, 2, 'train', 0, 2, 1, 0.6666666666666666, 0.8);
INSERT INTO public.class_metrics VALUES (1, 2, 'train', 1, 1, 0, NULL, 0);
INSERT INTO public.class_metrics VALUES (1, 2, 'test', 0, 1, 1, 1, 1);
INSERT INTO public.class_metrics VALUES (1, 2, 'test', 1, 1, 1, 1, 1);
INSERT INTO public.class_metrics VALUES (1, 3, 'train', 0, 2, 1, 0.6666666666666666, 0.8);
INSERT INTO public.class_metrics VALUES (1, 3, 'train', 1, 1, 0, NULL, 0);
INSERT INTO public.class_metrics VALUES (1, 3, 'test', 0, 1, 1, 1, 1);
INSERT INTO public.class_metrics VALUES (1, 3, 'test', 1, 1, 1, 1, 1);
INSERT INTO public.class_metrics VALUES (5, 1, 'train', 0, 2, 1, 0.6666666666666666, 0.8);
INSERT INTO public.class_metrics VALUES (5, 1, 'train', 1, 1, 0, NULL, 0);
INSERT INTO public.class_metrics VALUES (5, 1, 'test', 0, 0, NULL, NULL, NULL);
INSERT INTO public.class_metrics VALUES (5, 1, 'test', 1, 0, NULL, NULL, NULL);
INSERT INTO public.class_metrics VALUES (6, 1, 'train', 0, 2, 1, 0.6666666666666666, 0.8);
INSERT INTO public.class_metrics VALUES (6, 1, 'train', 1, 1, 0, NULL, 0);
INSERT INTO public.class_metrics VALUES (6, 1, 'test', 0, 1, 0, 0, 0);
INSERT INTO public.class_metrics VALUES (6, 1, 'test', 1, 1, 0, 0, 0);
INSERT INTO public.class_metrics VALUES (2, 1, 'train', 0, 2, 1, 0.6666666666666666, 0.8);
INSERT INTO public.class_metrics VALUES (2, 1, 'train', 1, 1, 0, NULL, 0);
INSERT INTO public.class_metrics VALUES (2, 1, 'test', 0, 1, 1, 1, 1);
INSERT INTO public.class_metrics VALUES (2, 1, 'test', 1, 1, 1, 1, 1);
INSERT INTO public.class_metrics VALUES (2, 2, 'train', 0, 2, 1, 0.6666666666666666, 0.8);
INSERT INTO public.class_metrics VALUES (2, 2, 'train', 1, 1, 0, NULL, 0);
INSERT INTO public.class_metrics VALUES (2, 2, 'test', 0, 1, 0, 0, 0);
INSERT INTO public.class_metrics VALUES (2, 2, 'test', 1, 1, 0, 0, 0);
INSERT INTO public.class_metrics VALUES (2, 3, 'train', 0, 2, 1, 0.6666666666666666, 0.8);
INSERT INTO public.class_metrics VALUES (2, 3, 'train', 1, 1, 0, NULL, 0);
INSERT INTO public.class_metrics VALUES (2, 3, 'test', 0, 1, 1, 0.5, 0.6666666666666666);
INSERT INTO public.class_metrics VALUES (2, 3, 'test', 1, 1, 0, NULL, 0);
INSERT INTO public.class_metrics VALUES (3, 1, 'train', 0, 2, 1, 0.6666666666666666, 0.8);
INSERT INTO public.class_metrics VALUES (3, 1, 'train', 1, 1, 0, NULL, 0);
INSERT INTO public.class_metrics VALUES (3, 1, 'test', 0, 1, 0, 0, 0);
INSERT INTO public.class_metrics VALUES (3, 1, 'test', 1, 1, 0, 0, 0);
INSERT INTO public.class_metrics VALUES (3, 2, 'train', 0, 2, 1, 0.6666666666666666, 0.8);
INSERT INTO public.class_metrics VALUES (3, 2, 'train', 1, 1, 0, NULL, 0);
INSERT INTO public.class_metrics VALUES (3, 2, 'test', 0, 1, 0, 0, 0);
INSERT INTO public.class_metrics VALUES (3, 2, 'test', 1, 1, 0, 0, 0);
INSERT INTO public.class_metrics VALUES (3, 3, 'train', 0, 2, 1, 0.6666666666666666, 0.8);
INSERT INTO public.class_metrics VALUES (3, 3, 'train', 1, 1, 0, NULL, 0);
INSERT INTO public.class_metrics VALUES (3, 3, 'test', 0, 1, 1, 1, 1);
INSERT INTO public.class_metrics VALUES (3, 3, 'test', 1, 1, 1, 1, 1);
INSERT INTO public.class_metrics VALUES (3, 4, 'train', 0, 2, 1, 0.6666666666666666, 0.8);
INSERT INTO public.class_metrics VALUES (3, 4, 'train', 1, 1, 0, NULL, 0);
INSERT INTO public.class_metrics VALUES (3, 4, 'test', 0, 2, 1, 1, 1);
INSERT INTO public.class_metrics VALUES (3, 4, 'test', 1, 2, 1, 1, 1);
INSERT INTO public.costs VALUES ('fa04b11950beb09f', 0, '2030-01-01 00:00:00.000007', '{"size": 224, "batch": 32, "channels": 1, "classes": 7, "rounds": 50}', '{"host": "machine", "cpu": "a CPU", "device_name": "", "threads": 1}', 'resnet18', '{"name": "resnet18", "version": 1, "parameters": {"pretrained": false}}', '{"name": "none", "version": 1, "parameters": {}}', 224, 32, 'cpu', 11000000, 3500000000, '{"convolution": 3400000000, "matrix product": 100000000}', 2.5, 3.75, 123.456, 10000000000, '{"parameters": 1.0, "flops": 1.0, "latency": 1.0, "throughput": 1.0, "peak_memory": 1.0}');
INSERT INTO public.costs VALUES ('fa04b11950beb09f', 1, '2030-01-01 00:00:00.000007', '{"size": 224, "batch": 32, "channels": 1, "classes": 7, "rounds": 50}', '{"host": "machine", "cpu": "a CPU", "device_name": "", "threads": 1}', 'resnet18/hfc', '{"name": "resnet18", "version": 1, "parameters": {"pretrained": false}}', '{"name": "hfc", "version": 1, "parameters": {"radius": 0.25, "profile": "ideal", "order": 2}}', 224, 32, 'cpu', 11000000, 3500000000, '{"convolution": 3400000000, "matrix product": 100000000}', 3, 4.5, 123.456, 10000000000, '{"parameters": 1.0, "flops": 1.0, "latency": 1.2, "throughput": 1.0, "peak_memory": 1.0}');
INSERT INTO public.epochs VALUES (1, 1, 1, '2030-01-01 00:01:00', 0.1, 1.5, 20, 10000000000);
INSERT INTO public.epochs VALUES (1, 2, 1, '2030-01-01 00:02:00', 0.1, 1.5, 20, 10000000000);
INSERT INTO public.epochs VALUES (1, 3, 1, '2030-01-01 00:03:00', 0.1, 1.5, 20, 10000000000);
INSERT INTO public.epochs VALUES (5, 1, 1, '2030-01-01 00:01:00', 0.1, 1.5, 20, 10000000000);
INSERT INTO public.epochs VALUES (6, 1, 1, '2030-01-01 00:01:00', 0.1, 1.5, 20, 10000000000);
INSERT INTO public.epochs VALUES (2, 1, 1, '2030-01-01 00:01:00', 0.1, 1.5, 20, 10000000000);
INSERT INTO public.epochs VALUES (2, 2, 1, '2030-01-01 00:02:00', 0.1, 1.5, 20, 10000000000);
INSERT INTO public.epochs VALUES (2, 3, 1, '2030-01-01 00:03:00', 0.1, 1.5, 20, 10000000000);
INSERT INTO public.epochs VALUES (3, 1, 1, '2030-01-01 00:01:00', 0.1, 1.5, 20, 10000000000);
INSERT INTO public.epochs VALUES (3, 2, 1, '2030-01-01 00:02:00', 0.1, 1.5, 20, 10000000000);
INSERT INTO public.epochs VALUES (3, 3, 2, '2030-01-01 00:03:00', 0.1, 1.5, 20, 10000000000);
INSERT INTO public.epochs VALUES (3, 4, 3, '2030-01-01 00:04:00', 0.1, 1.5, 20, 10000000000);
INSERT INTO public.evaluations VALUES (1, 1, 'train', 1, 0.6666666666666666, 0.5, 0.4, '[[2, 0], [1, 0]]');
INSERT INTO public.evaluations VALUES (1, 1, 'test', 0.5, 0, 0, 0, '[[0, 1], [1, 0]]');
INSERT INTO public.evaluations VALUES (1, 2, 'train', 1, 0.6666666666666666, 0.5, 0.4, '[[2, 0], [1, 0]]');
INSERT INTO public.evaluations VALUES (1, 2, 'test', 0.5, 1, 1, 1, '[[1, 0], [0, 1]]');
INSERT INTO public.evaluations VALUES (1, 3, 'train', 1, 0.6666666666666666, 0.5, 0.4, '[[2, 0], [1, 0]]');
INSERT INTO public.evaluations VALUES (1, 3, 'test', 0.5, 1, 1, 1, '[[1, 0], [0, 1]]');
INSERT INTO public.evaluations VALUES (5, 1, 'train', 1, 0.6666666666666666, 0.5, 0.4, '[[2, 0], [1, 0]]');
INSERT INTO public.evaluations VALUES (5, 1, 'test', 0.5, NULL, NULL, NULL, '[[0, 0], [0, 0]]');
INSERT INTO public.evaluations VALUES (6, 1, 'train', 1, 0.6666666666666666, 0.5, 0.4, '[[2, 0], [1, 0]]');
INSERT INTO public.evaluations VALUES (6, 1, 'test', NULL, 0, 0, 0, '[[0, 1], [1, 0]]');
INSERT INTO public.evaluations VALUES (2, 1, 'train', 1, 0.6666666666666666, 0.5, 0.4, '[[2, 0], [1, 0]]');
INSERT INTO public.evaluations VALUES (2, 1, 'test', 0.5, 1, 1, 1, '[[1, 0], [0, 1]]');
INSERT INTO public.evaluations VALUES (2, 2, 'train', 1, 0.6666666666666666, 0.5, 0.4, '[[2, 0], [1, 0]]');
INSERT INTO public.evaluations VALUES (2, 2, 'test', 0.5, 0, 0, 0, '[[0, 1], [1, 0]]');
INSERT INTO public.evaluations VALUES (2, 3, 'train', 1, 0.6666666666666666, 0.5, 0.4, '[[2, 0], [1, 0]]');
INSERT INTO public.evaluations VALUES (2, 3, 'test', 0.5, 0.5, 0.5, 0.3333333333333333, '[[1, 0], [1, 0]]');
INSERT INTO public.evaluations VALUES (3, 1, 'train', 1, 0.6666666666666666, 0.5, 0.4, '[[2, 0], [1, 0]]');
INSERT INTO public.evaluations VALUES (3, 1, 'test', 0.5, 0, 0, 0, '[[0, 1], [1, 0]]');
INSERT INTO public.evaluations VALUES (3, 2, 'train', 1, 0.6666666666666666, 0.5, 0.4, '[[2, 0], [1, 0]]');
INSERT INTO public.evaluations VALUES (3, 2, 'test', 0.5, 0, 0, 0, '[[0, 1], [1, 0]]');
INSERT INTO public.evaluations VALUES (3, 3, 'train', 1, 0.6666666666666666, 0.5, 0.4, '[[2, 0], [1, 0]]');
INSERT INTO public.evaluations VALUES (3, 3, 'test', 0.5, 1, 1, 1, '[[1, 0], [0, 1]]');
INSERT INTO public.evaluations VALUES (3, 4, 'train', 1, 0.6666666666666666, 0.5, 0.4, '[[2, 0], [1, 0]]');
INSERT INTO public.evaluations VALUES (3, 4, 'test', 0.5, 1, 1, 1, '[[2, 0], [0, 2]]');
INSERT INTO public.ferbench_version VALUES ('0005');
INSERT INTO public.matrices VALUES ('all', 'The matrix “all”', NULL);
INSERT INTO public.matrices VALUES ('paper', 'The matrix “paper”', 'kim_jo/table1');
INSERT INTO public.matrix_cells VALUES ('all', 1);
INSERT INTO public.matrix_cells VALUES ('all', 2);
INSERT INTO public.matrix_cells VALUES ('all', 3);
INSERT INTO public.matrix_cells VALUES ('all', 4);
INSERT INTO public.matrix_cells VALUES ('all', 5);
INSERT INTO public.matrix_cells VALUES ('all', 6);
INSERT INTO public.matrix_cells VALUES ('all', 7);
INSERT INTO public.matrix_cells VALUES ('paper', 1);
INSERT INTO public.matrix_cells VALUES ('paper', 2);
INSERT INTO public.matrix_cells VALUES ('paper', 3);
INSERT INTO public.predictions VALUES (1, 'best', 'test', '\x789c636080000000080001');
INSERT INTO public.predictions VALUES (1, 'last', 'test', '\x789c636080000000080001');
INSERT INTO public.predictions VALUES (2, 'best', 'test', '\x789c636080000000080001');
INSERT INTO public.predictions VALUES (2, 'last', 'test', '\x789c636080000000080001');
INSERT INTO public.predictions VALUES (3, 'best', 'test', '\x789c636070706000620003880101');
INSERT INTO public.predictions VALUES (3, 'last', 'test', '\x789c636070706000620003880101');
INSERT INTO public.selections VALUES (1, 'best', 2, 1, 1, 1, '[[1, 0], [0, 1]]');
INSERT INTO public.selections VALUES (1, 'last', 3, 1, 1, 1, '[[1, 0], [0, 1]]');
INSERT INTO public.selections VALUES (2, 'best', 1, 1, 1, 1, '[[1, 0], [0, 1]]');
INSERT INTO public.selections VALUES (2, 'last', 3, 0.5, 0.5, 0.3333333333333333, '[[1, 0], [1, 0]]');
INSERT INTO public.selections VALUES (3, 'best', 3, 1, 1, 1, '[[1, 0], [0, 1]]');
INSERT INTO public.selections VALUES (3, 'last', 4, 1, 1, 1, '[[2, 0], [0, 2]]');
INSERT INTO public.splits VALUES ('55555555555555555555555555555555', '\x789cab562a294acccc53b25288564a54d251504a0211c94ab140b224b5b8042c91a2145b0b00ea290b01');
SELECT pg_catalog.setval('public.cells_key_seq', 7, true);
ALTER TABLE ONLY public.ferbench_version
    ADD CONSTRAINT ferbench_version_pkc PRIMARY KEY (version_num);
ALTER TABLE ONLY public.attempts
    ADD CONSTRAINT pk_attempts PRIMARY KEY (cell_key, number);
ALTER TABLE ONLY public.cells
    ADD CONSTRAINT pk_cells PRIMARY KEY (key);
ALTER TABLE ONLY public.class_metrics
    ADD CONSTRAINT pk_class_metrics PRIMARY KEY (cell_key, epoch, part, label);
ALTER TABLE ONLY public.costs
    ADD CONSTRAINT pk_costs PRIMARY KEY (record, number);
ALTER TABLE ONLY public.epochs
    ADD CONSTRAINT pk_epochs PRIMARY KEY (cell_key, epoch);
ALTER TABLE ONLY public.evaluations
    ADD CONSTRAINT pk_evaluations PRIMARY KEY (cell_key, epoch, part);
ALTER TABLE ONLY public.matrices
    ADD CONSTRAINT pk_matrices PRIMARY KEY (name);
ALTER TABLE ONLY public.matrix_cells
    ADD CONSTRAINT pk_matrix_cells PRIMARY KEY (matrix, cell_key);
ALTER TABLE ONLY public.predictions
    ADD CONSTRAINT pk_predictions PRIMARY KEY (cell_key, rule, part);
ALTER TABLE ONLY public.selections
    ADD CONSTRAINT pk_selections PRIMARY KEY (cell_key, rule);
ALTER TABLE ONLY public.splits
    ADD CONSTRAINT pk_splits PRIMARY KEY (fingerprint);
ALTER TABLE ONLY public.cells
    ADD CONSTRAINT uq_cells_id UNIQUE (id);
CREATE INDEX ix_cells_configuration ON public.cells USING btree (configuration);
CREATE INDEX ix_cells_dataset ON public.cells USING btree (dataset, state);
CREATE INDEX ix_cells_state ON public.cells USING btree (state);
CREATE INDEX ix_matrix_cells_cell_key ON public.matrix_cells USING btree (cell_key);
ALTER TABLE ONLY public.attempts
    ADD CONSTRAINT fk_attempts_cell_key FOREIGN KEY (cell_key) REFERENCES public.cells(key);
ALTER TABLE ONLY public.class_metrics
    ADD CONSTRAINT fk_class_metrics_cell_key FOREIGN KEY (cell_key) REFERENCES public.cells(key);
ALTER TABLE ONLY public.epochs
    ADD CONSTRAINT fk_epochs_cell_key FOREIGN KEY (cell_key) REFERENCES public.cells(key);
ALTER TABLE ONLY public.evaluations
    ADD CONSTRAINT fk_evaluations_cell_key FOREIGN KEY (cell_key) REFERENCES public.cells(key);
ALTER TABLE ONLY public.matrix_cells
    ADD CONSTRAINT fk_matrix_cells_cell_key FOREIGN KEY (cell_key) REFERENCES public.cells(key);
ALTER TABLE ONLY public.matrix_cells
    ADD CONSTRAINT fk_matrix_cells_matrix FOREIGN KEY (matrix) REFERENCES public.matrices(name);
ALTER TABLE ONLY public.predictions
    ADD CONSTRAINT fk_predictions_cell_key FOREIGN KEY (cell_key) REFERENCES public.cells(key);
ALTER TABLE ONLY public.selections
    ADD CONSTRAINT fk_selections_cell_key FOREIGN KEY (cell_key) REFERENCES public.cells(key);
