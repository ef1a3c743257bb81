#!/bin/sh
# SPDX-License-Identifier: BSD-2-Clause
# A list in parts, one a task of a Slurm array; a task that is put back into the queue goes on
# where it was.
#   sbatch slurm.sh LIST; later: cat part.* >results
#SBATCH --job-name=dane-survey
#SBATCH --array=1-64
#SBATCH --cpus-per-task=2
#SBATCH --requeue
#SBATCH --open-mode=append
part=$SLURM_ARRAY_TASK_ID
daneprobe check -f "$1" -o ndjson --shard "$part/$SLURM_ARRAY_TASK_COUNT" \
	--resume "part.$part" --summary="summary.$part" >>"part.$part"
grep -q '"complete":true' "summary.$part"
