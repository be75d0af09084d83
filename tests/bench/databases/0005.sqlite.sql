BEGIN TRANSACTION;
CREATE TABLE attempts (
	cell_key INTEGER NOT NULL, 
	number INTEGER NOT NULL, 
	state VARCHAR NOT NULL, 
	holder VARCHAR NOT NULL, 
	claimed_at DATETIME NOT NULL, 
	started_at DATETIME, 
	ended_at DATETIME, 
	resumed_after INTEGER, 
	reason VARCHAR NOT NULL, 
	traceback VARCHAR NOT NULL, 
	split VARCHAR, 
	environment JSON, 
	"offset" BIGINT NOT NULL, job VARCHAR DEFAULT '' NOT NULL, log VARCHAR DEFAULT '' NOT NULL, 
	CONSTRAINT pk_attempts PRIMARY KEY (cell_key, number), 
	CONSTRAINT fk_attempts_cell_key FOREIGN KEY(cell_key) REFERENCES cells ("key")
);
INSERT INTO "attempts" VALUES(4,1,'failed','machine|ns|1|2','2030-01-01 00:00:00.000000',NULL,'2030-01-01 01:00:00.000000',NULL,'so it was','Traceback …
ValueError: ''x'' < 0',NULL,NULL,229,'','');
INSERT INTO "attempts" VALUES(1,1,'done','machine|ns|1|2','2030-01-01 00:00:00.000000','2030-01-01 00:00:00.000000','2030-01-01 01:00:00.000000',0,'so it was','','55555555555555555555555555555555','{"host": "machine"}',2046,'','');
INSERT INTO "attempts" VALUES(5,1,'running','machine|ns|1|2','2030-01-01 00:00:00.000000','2030-01-01 00:00:00.000000',NULL,0,'','','55555555555555555555555555555555','{"host": "machine"}',1213,'','');
INSERT INTO "attempts" VALUES(6,1,'diverged','machine|ns|1|2','2030-01-01 00:00:00.000000','2030-01-01 00:00:00.000000','2030-01-01 01:00:00.000000',0,'so it was','','55555555555555555555555555555555','{"host": "machine"}',1317,'','');
INSERT INTO "attempts" VALUES(2,1,'done','machine|ns|1|2','2030-01-01 00:00:00.000000','2030-01-01 00:00:00.000000','2030-01-01 01:00:00.000000',0,'so it was','','55555555555555555555555555555555','{"host": "machine"}',2046,'','');
INSERT INTO "attempts" VALUES(3,1,'done','machine|ns|1|2','2030-01-01 00:00:00.000000','2030-01-01 00:00:00.000000','2030-01-01 01:00:00.000000',0,'so it was','','55555555555555555555555555555555','{"host": "machine"}',2246,'','');
INSERT INTO "attempts" VALUES(3,2,'running','machine|ns|1|2','2030-01-01 00:00:10.000000','2030-01-01 00:00:00.000000',NULL,2,'','','55555555555555555555555555555555','{"host": "machine"}',1445,'','');
INSERT INTO "attempts" VALUES(3,3,'done','machine|ns|1|2','2030-01-01 00:00:20.000000','2030-01-01 00:00:00.000000','2030-01-01 01:00:00.000000',3,'so it was','','55555555555555555555555555555555','{"host": "machine"}',1541,'','');
CREATE TABLE cells (
	"key" INTEGER NOT NULL, 
	id VARCHAR NOT NULL, 
	configuration VARCHAR NOT NULL, 
	specification JSON NOT NULL, 
	dataset VARCHAR NOT NULL, 
	data VARCHAR NOT NULL, 
	protocol VARCHAR NOT NULL, 
	backbone VARCHAR NOT NULL, 
	attention VARCHAR NOT NULL, 
	seed INTEGER NOT NULL, 
	split_seed INTEGER NOT NULL, 
	fold INTEGER NOT NULL, 
	state VARCHAR NOT NULL, 
	epochs INTEGER NOT NULL, 
	epochs_done INTEGER NOT NULL, 
	classes JSON, 
	images JSON, 
	parameters INTEGER, 
	CONSTRAINT pk_cells PRIMARY KEY ("key"), 
	CONSTRAINT uq_cells_id UNIQUE (id)
);
INSERT INTO "cells" VALUES(1,'6ed4b085cdc6c0f7','52171ab86310c66c','{"dataset": {"name": "faces", "version": 1, "parameters": {"subjects": 30, "frames": 3, "seed": 0}}, "data": "00000000000000000000000000000000", "protocol": {"name": "subject", "version": 1, "parameters": {"folds": 1}}, "monitored": "validation", "split_seed": 0, "fold": 0, "backbone": {"name": "resnet18", "version": 1, "parameters": {"pretrained": false}}, "attention": {"name": "hfc", "version": 1, "parameters": {"radius": 0.25, "profile": "ideal", "order": 2}}, "seed": 0, "recipe": {"epochs": 3, "batch_size": 32, "size": 224, "interpolation": "bilinear", "normalisation": "standard", "augmentation": "none", "optimizer": "adam", "lr": 0.0001, "weight_decay": 0.0, "momentum": 0.9, "schedule": "plateau", "factor": 0.3, "patience": 5, "precision": "fp32"}}','faces','00000000000000000000000000000000','subject','resnet18','hfc',0,0,0,'done',3,3,'["class0", "class1"]','{"train": 3, "test": 1}',1234);
INSERT INTO "cells" VALUES(2,'eaa290b8e2d50967','52171ab86310c66c','{"dataset": {"name": "faces", "version": 1, "parameters": {"subjects": 30, "frames": 3, "seed": 0}}, "data": "00000000000000000000000000000000", "protocol": {"name": "subject", "version": 1, "parameters": {"folds": 1}}, "monitored": "validation", "split_seed": 0, "fold": 0, "backbone": {"name": "resnet18", "version": 1, "parameters": {"pretrained": false}}, "attention": {"name": "hfc", "version": 1, "parameters": {"radius": 0.25, "profile": "ideal", "order": 2}}, "seed": 1, "recipe": {"epochs": 3, "batch_size": 32, "size": 224, "interpolation": "bilinear", "normalisation": "standard", "augmentation": "none", "optimizer": "adam", "lr": 0.0001, "weight_decay": 0.0, "momentum": 0.9, "schedule": "plateau", "factor": 0.3, "patience": 5, "precision": "fp32"}}','faces','00000000000000000000000000000000','subject','resnet18','hfc',1,0,0,'done',3,3,'["class0", "class1"]','{"train": 3, "test": 1}',1234);
INSERT INTO "cells" VALUES(3,'ef73150e7c0d8748','5598cfa3d50ffc78','{"dataset": {"name": "faces", "version": 1, "parameters": {"subjects": 30, "frames": 3, "seed": 0}}, "data": "00000000000000000000000000000000", "protocol": {"name": "subject", "version": 1, "parameters": {"folds": 1}}, "monitored": "validation", "split_seed": 0, "fold": 0, "backbone": {"name": "resnet18", "version": 1, "parameters": {"pretrained": false}}, "attention": {"name": "none", "version": 1, "parameters": {}}, "seed": 2, "recipe": {"epochs": 3, "batch_size": 32, "size": 224, "interpolation": "bilinear", "normalisation": "standard", "augmentation": "none", "optimizer": "adam", "lr": 0.0001, "weight_decay": 0.0, "momentum": 0.9, "schedule": "plateau", "factor": 0.3, "patience": 5, "precision": "fp32"}}','faces','00000000000000000000000000000000','subject','resnet18','none',2,0,0,'done',3,4,'["class0", "class1"]','{"train": 3, "test": 1}',3);
INSERT INTO "cells" VALUES(4,'28c93a2690e828c3','5598cfa3d50ffc78','{"dataset": {"name": "faces", "version": 1, "parameters": {"subjects": 30, "frames": 3, "seed": 0}}, "data": "00000000000000000000000000000000", "protocol": {"name": "subject", "version": 1, "parameters": {"folds": 1}}, "monitored": "validation", "split_seed": 0, "fold": 0, "backbone": {"name": "resnet18", "version": 1, "parameters": {"pretrained": false}}, "attention": {"name": "none", "version": 1, "parameters": {}}, "seed": 3, "recipe": {"epochs": 3, "batch_size": 32, "size": 224, "interpolation": "bilinear", "normalisation": "standard", "augmentation": "none", "optimizer": "adam", "lr": 0.0001, "weight_decay": 0.0, "momentum": 0.9, "schedule": "plateau", "factor": 0.3, "patience": 5, "precision": "fp32"}}','faces','00000000000000000000000000000000','subject','resnet18','none',3,0,0,'failed',3,0,NULL,NULL,NULL);
INSERT INTO "cells" VALUES(5,'99cde7ec6c848cb9','5598cfa3d50ffc78','{"dataset": {"name": "faces", "version": 1, "parameters": {"subjects": 30, "frames": 3, "seed": 0}}, "data": "00000000000000000000000000000000", "protocol": {"name": "subject", "version": 1, "parameters": {"folds": 1}}, "monitored": "validation", "split_seed": 0, "fold": 0, "backbone": {"name": "resnet18", "version": 1, "parameters": {"pretrained": false}}, "attention": {"name": "none", "version": 1, "parameters": {}}, "seed": 4, "recipe": {"epochs": 3, "batch_size": 32, "size": 224, "interpolation": "bilinear", "normalisation": "standard", "augmentation": "none", "optimizer": "adam", "lr": 0.0001, "weight_decay": 0.0, "momentum": 0.9, "schedule": "plateau", "factor": 0.3, "patience": 5, "precision": "fp32"}}','faces','00000000000000000000000000000000','subject','resnet18','none',4,0,0,'running',3,1,'["class0", "class1"]','{"train": 3, "test": 1}',1234);
INSERT INTO "cells" VALUES(6,'9d7bc13e0f6433ee','5598cfa3d50ffc78','{"dataset": {"name": "faces", "version": 1, "parameters": {"subjects": 30, "frames": 3, "seed": 0}}, "data": "00000000000000000000000000000000", "protocol": {"name": "subject", "version": 1, "parameters": {"folds": 1}}, "monitored": "validation", "split_seed": 0, "fold": 0, "backbone": {"name": "resnet18", "version": 1, "parameters": {"pretrained": false}}, "attention": {"name": "none", "version": 1, "parameters": {}}, "seed": 5, "recipe": {"epochs": 3, "batch_size": 32, "size": 224, "interpolation": "bilinear", "normalisation": "standard", "augmentation": "none", "optimizer": "adam", "lr": 0.0001, "weight_decay": 0.0, "momentum": 0.9, "schedule": "plateau", "factor": 0.3, "patience": 5, "precision": "fp32"}}','faces','00000000000000000000000000000000','subject','resnet18','none',5,0,0,'diverged',3,1,'["class0", "class1"]','{"train": 3, "test": 1}',1234);
INSERT INTO "cells" VALUES(7,'5231fcdbb06620e1','52171ab86310c66c','{"dataset": {"name": "faces", "version": 1, "parameters": {"subjects": 30, "frames": 3, "seed": 0}}, "data": "00000000000000000000000000000000", "protocol": {"name": "subject", "version": 1, "parameters": {"folds": 1}}, "monitored": "validation", "split_seed": 0, "fold": 0, "backbone": {"name": "resnet18", "version": 1, "parameters": {"pretrained": false}}, "attention": {"name": "hfc", "version": 1, "parameters": {"radius": 0.25, "profile": "ideal", "order": 2}}, "seed": 6, "recipe": {"epochs": 3, "batch_size": 32, "size": 224, "interpolation": "bilinear", "normalisation": "standard", "augmentation": "none", "optimizer": "adam", "lr": 0.0001, "weight_decay": 0.0, "momentum": 0.9, "schedule": "plateau", "factor": 0.3, "patience": 5, "precision": "fp32"}}','faces','00000000000000000000000000000000','subject','resnet18','hfc',6,0,0,'queued',3,0,NULL,NULL,NULL);
CREATE TABLE class_metrics (
	cell_key INTEGER NOT NULL, 
	epoch INTEGER NOT NULL, 
	part VARCHAR NOT NULL, 
	label INTEGER NOT NULL, 
	support INTEGER NOT NULL, 
	recall DOUBLE, 
	precision DOUBLE, 
	f1 DOUBLE, 
	CONSTRAINT pk_class_metrics PRIMARY KEY (cell_key, epoch, part, label), 
	CONSTRAINT fk_class_metrics_cell_key FOREIGN KEY(cell_key) REFERENCES cells ("key")
)
 WITHOUT ROWID

;
INSERT INTO "class_metrics" VALUES(1,1,'test',0,1,0.0,0.0,0.0);
INSERT INTO "class_metrics" VALUES(1,1,'test',1,1,0.0,0.0,0.0);
INSERT INTO "class_metrics" VALUES(1,1,'train',0,2,1.0,6.66666666666666629659e-01,0.8);
INSERT INTO "class_metrics" VALUES(1,1,'train',1,1,0.0,NULL,0.0);
INSERT INTO "class_metrics" VALUES(1,2,'test',0,1,1.0,1.0,1.0);
INSERT INTO "class_metrics" VALUES(1,2,'test',1,1,1.0,1.0,1.0);
INSERT INTO "class_metrics" VALUES(1,2,'train',0,2,1.0,6.66666666666666629659e-01,0.8);
INSERT INTO "class_metrics" VALUES(1,2,'train',1,1,0.0,NULL,0.0);
INSERT INTO "class_metrics" VALUES(1,3,'test',0,1,1.0,1.0,1.0);
INSERT INTO "class_metrics" VALUES(1,3,'test',1,1,1.0,1.0,1.0);
INSERT INTO "class_metrics" VALUES(1,3,'train',0,2,1.0,6.66666666666666629659e-01,0.8);
INSERT INTO "class_metrics" VALUES(1,3,'train',1,1,0.0,NULL,0.0);
INSERT INTO "class_metrics" VALUES(2,1,'test',0,1,1.0,1.0,1.0);
INSERT INTO "class_metrics" VALUES(2,1,'test',1,1,1.0,1.0,1.0);
INSERT INTO "class_metrics" VALUES(2,1,'train',0,2,1.0,6.66666666666666629659e-01,0.8);
INSERT INTO "class_metrics" VALUES(2,1,'train',1,1,0.0,NULL,0.0);
INSERT INTO "class_metrics" VALUES(2,2,'test',0,1,0.0,0.0,0.0);
INSERT INTO "class_metrics" VALUES(2,2,'test',1,1,0.0,0.0,0.0);
INSERT INTO "class_metrics" VALUES(2,2,'train',0,2,1.0,6.66666666666666629659e-01,0.8);
INSERT INTO "class_metrics" VALUES(2,2,'train',1,1,0.0,NULL,0.0);
INSERT INTO "class_metrics" VALUES(2,3,'test',0,1,1.0,0.5,6.66666666666666629659e-01);
INSERT INTO "class_metrics" VALUES(2,3,'test',1,1,0.0,NULL,0.0);
INSERT INTO "class_metrics" VALUES(2,3,'train',0,2,1.0,6.66666666666666629659e-01,0.8);
INSERT INTO "class_metrics" VALUES(2,3,'train',1,1,0.0,NULL,0.0);
INSERT INTO "class_metrics" VALUES(3,1,'test',0,1,0.0,0.0,0.0);
INSERT INTO "class_metrics" VALUES(3,1,'test',1,1,0.0,0.0,0.0);
INSERT INTO "class_metrics" VALUES(3,1,'train',0,2,1.0,6.66666666666666629659e-01,0.8);
INSERT INTO "class_metrics" VALUES(3,1,'train',1,1,0.0,NULL,0.0);
INSERT INTO "class_metrics" VALUES(3,2,'test',0,1,0.0,0.0,0.0);
INSERT INTO "class_metrics" VALUES(3,2,'test',1,1,0.0,0.0,0.0);
INSERT INTO "class_metrics" VALUES(3,2,'train',0,2,1.0,6.66666666666666629659e-01,0.8);
INSERT INTO "class_metrics" VALUES(3,2,'train',1,1,0.0,NULL,0.0);
INSERT INTO "class_metrics" VALUES(3,3,'test',0,1,1.0,1.0,1.0);
INSERT INTO "class_metrics" VALUES(3,3,'test',1,1,1.0,1.0,1.0);
INSERT INTO "class_metrics" VALUES(3,3,'train',0,2,1.0,6.66666666666666629659e-01,0.8);
INSERT INTO "class_metrics" VALUES(3,3,'train',1,1,0.0,NULL,0.0);
INSERT INTO "class_metrics" VALUES(3,4,'test',0,2,1.0,1.0,1.0);
INSERT INTO "class_metrics" VALUES(3,4,'test',1,2,1.0,1.0,1.0);
INSERT INTO "class_metrics" VALUES(3,4,'train',0,2,1.0,6.66666666666666629659e-01,0.8);
INSERT INTO "class_metrics" VALUES(3,4,'train',1,1,0.0,NULL,0.0);
INSERT INTO "class_metrics" VALUES(5,1,'test',0,0,NULL,NULL,NULL);
INSERT INTO "class_metrics" VALUES(5,1,'test',1,0,NULL,NULL,NULL);
INSERT INTO "class_metrics" VALUES(5,1,'train',0,2,1.0,6.66666666666666629659e-01,0.8);
INSERT INTO "class_metrics" VALUES(5,1,'train',1,1,0.0,NULL,0.0);
INSERT INTO "class_metrics" VALUES(6,1,'test',0,1,0.0,0.0,0.0);
INSERT INTO "class_metrics" VALUES(6,1,'test',1,1,0.0,0.0,0.0);
INSERT INTO "class_metrics" VALUES(6,1,'train',0,2,1.0,6.66666666666666629659e-01,0.8);
INSERT INTO "class_metrics" VALUES(6,1,'train',1,1,0.0,NULL,0.0);
CREATE TABLE costs (
	record VARCHAR NOT NULL, 
	number INTEGER NOT NULL, 
	measured_at DATETIME NOT NULL, 
	settings JSON NOT NULL, 
	environment JSON NOT NULL, 
	model VARCHAR NOT NULL, 
	backbone JSON NOT NULL, 
	attention JSON NOT NULL, 
	size INTEGER NOT NULL, 
	batch INTEGER NOT NULL, 
	device VARCHAR NOT NULL, 
	parameters BIGINT NOT NULL, 
	flops BIGINT NOT NULL, 
	flops_by_operation JSON NOT NULL, 
	latency_ms_p50 DOUBLE NOT NULL, 
	latency_ms_p95 DOUBLE NOT NULL, 
	throughput DOUBLE NOT NULL, 
	peak_memory BIGINT NOT NULL, 
	to_vanilla JSON NOT NULL, 
	CONSTRAINT pk_costs PRIMARY KEY (record, number)
);
INSERT INTO "costs" VALUES('fa04b11950beb09f',0,'2030-01-01 00:00:00.000007','{"size": 224, "batch": 32, "channels": 1, "classes": 7, "rounds": 50}','{"host": "machine", "cpu": "a CPU", "device_name": "", "threads": 1}','resnet18','{"name": "resnet18", "version": 1, "parameters": {"pretrained": false}}','{"name": "none", "version": 1, "parameters": {}}',224,32,'cpu',11000000,3500000000,'{"convolution": 3400000000, "matrix product": 100000000}',2.5,3.75,123.456,10000000000,'{"parameters": 1.0, "flops": 1.0, "latency": 1.0, "throughput": 1.0, "peak_memory": 1.0}');
INSERT INTO "costs" VALUES('fa04b11950beb09f',1,'2030-01-01 00:00:00.000007','{"size": 224, "batch": 32, "channels": 1, "classes": 7, "rounds": 50}','{"host": "machine", "cpu": "a CPU", "device_name": "", "threads": 1}','resnet18/hfc','{"name": "resnet18", "version": 1, "parameters": {"pretrained": false}}','{"name": "hfc", "version": 1, "parameters": {"radius": 0.25, "profile": "ideal", "order": 2}}',224,32,'cpu',11000000,3500000000,'{"convolution": 3400000000, "matrix product": 100000000}',3.0,4.5,123.456,10000000000,'{"parameters": 1.0, "flops": 1.0, "latency": 1.2, "throughput": 1.0, "peak_memory": 1.0}');
CREATE TABLE epochs (
	cell_key INTEGER NOT NULL, 
	epoch INTEGER NOT NULL, 
	attempt INTEGER NOT NULL, 
	ended_at DATETIME NOT NULL, 
	lr DOUBLE NOT NULL, 
	seconds DOUBLE NOT NULL, 
	images_per_second DOUBLE NOT NULL, 
	peak_memory BIGINT NOT NULL, 
	CONSTRAINT pk_epochs PRIMARY KEY (cell_key, epoch), 
	CONSTRAINT fk_epochs_cell_key FOREIGN KEY(cell_key) REFERENCES cells ("key")
)
 WITHOUT ROWID

;
INSERT INTO "epochs" VALUES(1,1,1,'2030-01-01 00:01:00.000000',0.1,1.5,20.0,10000000000);
INSERT INTO "epochs" VALUES(1,2,1,'2030-01-01 00:02:00.000000',0.1,1.5,20.0,10000000000);
INSERT INTO "epochs" VALUES(1,3,1,'2030-01-01 00:03:00.000000',0.1,1.5,20.0,10000000000);
INSERT INTO "epochs" VALUES(2,1,1,'2030-01-01 00:01:00.000000',0.1,1.5,20.0,10000000000);
INSERT INTO "epochs" VALUES(2,2,1,'2030-01-01 00:02:00.000000',0.1,1.5,20.0,10000000000);
INSERT INTO "epochs" VALUES(2,3,1,'2030-01-01 00:03:00.000000',0.1,1.5,20.0,10000000000);
INSERT INTO "epochs" VALUES(3,1,1,'2030-01-01 00:01:00.000000',0.1,1.5,20.0,10000000000);
INSERT INTO "epochs" VALUES(3,2,1,'2030-01-01 00:02:00.000000',0.1,1.5,20.0,10000000000);
INSERT INTO "epochs" VALUES(3,3,2,'2030-01-01 00:03:00.000000',0.1,1.5,20.0,10000000000);
INSERT INTO "epochs" VALUES(3,4,3,'2030-01-01 00:04:00.000000',0.1,1.5,20.0,10000000000);
INSERT INTO "epochs" VALUES(5,1,1,'2030-01-01 00:01:00.000000',0.1,1.5,20.0,10000000000);
INSERT INTO "epochs" VALUES(6,1,1,'2030-01-01 00:01:00.000000',0.1,1.5,20.0,10000000000);
CREATE TABLE evaluations (
	cell_key INTEGER NOT NULL, 
	epoch INTEGER NOT NULL, 
	part VARCHAR NOT NULL, 
	loss DOUBLE, 
	accuracy DOUBLE, 
	balanced_accuracy DOUBLE, 
	macro_f1 DOUBLE, 
	confusion JSON NOT NULL, 
	CONSTRAINT pk_evaluations PRIMARY KEY (cell_key, epoch, part), 
	CONSTRAINT fk_evaluations_cell_key FOREIGN KEY(cell_key) REFERENCES cells ("key")
)
 WITHOUT ROWID

;
INSERT INTO "evaluations" VALUES(1,1,'test',0.5,0.0,0.0,0.0,'[[0, 1], [1, 0]]');
INSERT INTO "evaluations" VALUES(1,1,'train',1.0,6.66666666666666629659e-01,0.5,0.4,'[[2, 0], [1, 0]]');
INSERT INTO "evaluations" VALUES(1,2,'test',0.5,1.0,1.0,1.0,'[[1, 0], [0, 1]]');
INSERT INTO "evaluations" VALUES(1,2,'train',1.0,6.66666666666666629659e-01,0.5,0.4,'[[2, 0], [1, 0]]');
INSERT INTO "evaluations" VALUES(1,3,'test',0.5,1.0,1.0,1.0,'[[1, 0], [0, 1]]');
INSERT INTO "evaluations" VALUES(1,3,'train',1.0,6.66666666666666629659e-01,0.5,0.4,'[[2, 0], [1, 0]]');
INSERT INTO "evaluations" VALUES(2,1,'test',0.5,1.0,1.0,1.0,'[[1, 0], [0, 1]]');
INSERT INTO "evaluations" VALUES(2,1,'train',1.0,6.66666666666666629659e-01,0.5,0.4,'[[2, 0], [1, 0]]');
INSERT INTO "evaluations" VALUES(2,2,'test',0.5,0.0,0.0,0.0,'[[0, 1], [1, 0]]');
INSERT INTO "evaluations" VALUES(2,2,'train',1.0,6.66666666666666629659e-01,0.5,0.4,'[[2, 0], [1, 0]]');
INSERT INTO "evaluations" VALUES(2,3,'test',0.5,0.5,0.5,3.33333333333333314829e-01,'[[1, 0], [1, 0]]');
INSERT INTO "evaluations" VALUES(2,3,'train',1.0,6.66666666666666629659e-01,0.5,0.4,'[[2, 0], [1, 0]]');
INSERT INTO "evaluations" VALUES(3,1,'test',0.5,0.0,0.0,0.0,'[[0, 1], [1, 0]]');
INSERT INTO "evaluations" VALUES(3,1,'train',1.0,6.66666666666666629659e-01,0.5,0.4,'[[2, 0], [1, 0]]');
INSERT INTO "evaluations" VALUES(3,2,'test',0.5,0.0,0.0,0.0,'[[0, 1], [1, 0]]');
INSERT INTO "evaluations" VALUES(3,2,'train',1.0,6.66666666666666629659e-01,0.5,0.4,'[[2, 0], [1, 0]]');
INSERT INTO "evaluations" VALUES(3,3,'test',0.5,1.0,1.0,1.0,'[[1, 0], [0, 1]]');
INSERT INTO "evaluations" VALUES(3,3,'train',1.0,6.66666666666666629659e-01,0.5,0.4,'[[2, 0], [1, 0]]');
INSERT INTO "evaluations" VALUES(3,4,'test',0.5,1.0,1.0,1.0,'[[2, 0], [0, 2]]');
INSERT INTO "evaluations" VALUES(3,4,'train',1.0,6.66666666666666629659e-01,0.5,0.4,'[[2, 0], [1, 0]]');
INSERT INTO "evaluations" VALUES(5,1,'test',0.5,NULL,NULL,NULL,'[[0, 0], [0, 0]]');
INSERT INTO "evaluations" VALUES(5,1,'train',1.0,6.66666666666666629659e-01,0.5,0.4,'[[2, 0], [1, 0]]');
INSERT INTO "evaluations" VALUES(6,1,'test',NULL,0.0,0.0,0.0,'[[0, 1], [1, 0]]');
INSERT INTO "evaluations" VALUES(6,1,'train',1.0,6.66666666666666629659e-01,0.5,0.4,'[[2, 0], [1, 0]]');
CREATE TABLE ferbench_version (
	version_num VARCHAR(32) NOT NULL, 
	CONSTRAINT ferbench_version_pkc PRIMARY KEY (version_num)
);
INSERT INTO "ferbench_version" VALUES('0005');
CREATE TABLE matrices (
	name VARCHAR NOT NULL, 
	title VARCHAR NOT NULL, 
	reported VARCHAR, 
	CONSTRAINT pk_matrices PRIMARY KEY (name)
);
INSERT INTO "matrices" VALUES('all','The matrix “all”',NULL);
INSERT INTO "matrices" VALUES('paper','The matrix “paper”','kim_jo/table1');
CREATE TABLE matrix_cells (
	matrix VARCHAR NOT NULL, 
	cell_key INTEGER NOT NULL, 
	CONSTRAINT pk_matrix_cells PRIMARY KEY (matrix, cell_key), 
	CONSTRAINT fk_matrix_cells_cell_key FOREIGN KEY(cell_key) REFERENCES cells ("key"), 
	CONSTRAINT fk_matrix_cells_matrix FOREIGN KEY(matrix) REFERENCES matrices (name)
);
INSERT INTO "matrix_cells" VALUES('all',4);
INSERT INTO "matrix_cells" VALUES('all',7);
INSERT INTO "matrix_cells" VALUES('all',1);
INSERT INTO "matrix_cells" VALUES('all',5);
INSERT INTO "matrix_cells" VALUES('all',6);
INSERT INTO "matrix_cells" VALUES('all',2);
INSERT INTO "matrix_cells" VALUES('all',3);
INSERT INTO "matrix_cells" VALUES('paper',1);
INSERT INTO "matrix_cells" VALUES('paper',2);
INSERT INTO "matrix_cells" VALUES('paper',3);
CREATE TABLE predictions (
	cell_key INTEGER NOT NULL, 
	rule VARCHAR NOT NULL, 
	part VARCHAR NOT NULL, 
	logits BLOB NOT NULL, 
	CONSTRAINT pk_predictions PRIMARY KEY (cell_key, rule, part), 
	CONSTRAINT fk_predictions_cell_key FOREIGN KEY(cell_key) REFERENCES cells ("key")
);
INSERT INTO "predictions" VALUES(1,'best','test',X'789C636080000000080001');
INSERT INTO "predictions" VALUES(1,'last','test',X'789C636080000000080001');
INSERT INTO "predictions" VALUES(2,'best','test',X'789C636080000000080001');
INSERT INTO "predictions" VALUES(2,'last','test',X'789C636080000000080001');
INSERT INTO "predictions" VALUES(3,'best','test',X'789C636070706000620003880101');
INSERT INTO "predictions" VALUES(3,'last','test',X'789C636070706000620003880101');
CREATE TABLE selections (
	cell_key INTEGER NOT NULL, 
	rule VARCHAR NOT NULL, 
	epoch INTEGER NOT NULL, accuracy DOUBLE, balanced_accuracy DOUBLE, macro_f1 DOUBLE, confusion JSON, 
	CONSTRAINT pk_selections PRIMARY KEY (cell_key, rule), 
	CONSTRAINT fk_selections_cell_key FOREIGN KEY(cell_key) REFERENCES cells ("key")
);
INSERT INTO "selections" VALUES(1,'best',2,1.0,1.0,1.0,'[[1, 0], [0, 1]]');
INSERT INTO "selections" VALUES(1,'last',3,1.0,1.0,1.0,'[[1, 0], [0, 1]]');
INSERT INTO "selections" VALUES(2,'best',1,1.0,1.0,1.0,'[[1, 0], [0, 1]]');
INSERT INTO "selections" VALUES(2,'last',3,0.5,0.5,3.33333333333333314829e-01,'[[1, 0], [1, 0]]');
INSERT INTO "selections" VALUES(3,'best',3,1.0,1.0,1.0,'[[1, 0], [0, 1]]');
INSERT INTO "selections" VALUES(3,'last',4,1.0,1.0,1.0,'[[2, 0], [0, 2]]');
CREATE TABLE splits (
	fingerprint VARCHAR NOT NULL, 
	parts BLOB NOT NULL, 
	CONSTRAINT pk_splits PRIMARY KEY (fingerprint)
);
INSERT INTO "splits" VALUES('55555555555555555555555555555555',X'789CAB562A294ACCCC53B25288564A54D251504A0211C94AB140B224B5B8042C91A2145B0B00EA290B01');
CREATE INDEX ix_cells_configuration ON cells (configuration);
CREATE INDEX ix_cells_state ON cells (state);
CREATE INDEX ix_matrix_cells_cell_key ON matrix_cells (cell_key);
CREATE INDEX ix_cells_dataset ON cells (dataset, state);
COMMIT;
