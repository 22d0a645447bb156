#!/bin/sh
# A Slurm of our own on loopback, for one command: slurm.sh FOLDER COMMAND…
# munged, slurmctld and slurmd run in the foreground as children of this script, with all their files
# in FOLDER; they are ended by their pids on every way out.
set -u
w=$1
shift
[ "$(id -u)" -eq 0 ] || { echo "slurm.sh: slurmd must be started by root" >&2; exit 2; }
pids=
ours() { # pids of the step daemons that work in FOLDER: nobody's children, and known by their files
    for f in /proc/[0-9]*; do
        case $(cat "$f/comm" 2>/dev/null) in slurmstepd*) ;; *) continue ;; esac
        find "$f/cwd" "$f/fd" -maxdepth 1 -lname "$w/*" 2>/dev/null | grep -q . && echo "${f#/proc/}"
    done
}
end() {
    left=50
    while [ -n "$(ours)" ] && [ $left -gt 0 ]; do left=$((left - 1)) && sleep 0.1; done
    for pid in $(ours); do kill -9 "$pid" 2>/dev/null; done
    for pid in $pids; do kill "$pid" 2>/dev/null; done
    for pid in $pids; do
        left=100
        while kill -0 "$pid" 2>/dev/null && [ "$left" -gt 0 ]; do left=$((left - 1)) && sleep 0.1; done
        kill -9 "$pid" 2>/dev/null
    done
    wait
}
trap end EXIT
trap 'exit 2' HUP INT TERM
mkdir -p "$w/state" "$w/spool" "$w/munge"
chmod 755 "$w" "$w/munge"
dd if=/dev/urandom of="$w/munge.key" bs=128 count=1 2>/dev/null
chmod 400 "$w/munge.key"
host=$(hostname -s)
port=$((20000 + $$ % 20000))
cat >"$w/slurm.conf" <<END
ClusterName=ipclab
SlurmctldHost=$host(127.0.0.1)
SlurmUser=root
SlurmdUser=root
SlurmctldPort=$port
SlurmdPort=$((port + 1))
AuthType=auth/munge
CredType=cred/munge
AuthInfo=socket=$w/munge/socket,cred_expire=2
StateSaveLocation=$w/state
SlurmdSpoolDir=$w/spool
SlurmctldPidFile=$w/slurmctld.pid
SlurmdPidFile=$w/slurmd.pid
SlurmctldLogFile=$w/slurmctld.log
SlurmdLogFile=$w/slurmd.log
ProctrackType=proctrack/linuxproc
TaskPlugin=task/none
SwitchType=switch/none
MpiDefault=none
SelectType=select/cons_tres
SelectTypeParameters=CR_CPU
SchedulerType=sched/builtin
JobAcctGatherType=jobacct_gather/none
AccountingStorageType=accounting_storage/none
SlurmdParameters=config_overrides
ReturnToService=2
KillWait=2
NodeName=lab NodeHostname=$host NodeAddr=127.0.0.1 Port=$((port + 1)) CPUs=2
PartitionName=all Nodes=lab Default=YES MaxTime=INFINITE State=UP
END
export SLURM_CONF="$w/slurm.conf"
munged --foreground --force --key-file="$w/munge.key" --socket="$w/munge/socket" --pid-file="$w/munged.pid" \
    --log-file="$w/munged.log" --seed-file="$w/munged.seed" --num-threads=2 >"$w/munged.out" 2>&1 &
munged=$!
pids="$munged"
until [ -S "$w/munge/socket" ]; do kill -0 $munged || exit 2; sleep 0.1; done
slurmctld -D -f "$w/slurm.conf" >"$w/slurmctld.out" 2>&1 &
ctld=$!
pids="$ctld $pids"
(cd "$w/spool" && exec slurmd -D -N lab -f "$w/slurm.conf") >"$w/slurmd.out" 2>&1 &
slurmd=$!
pids="$slurmd $pids"
until [ "$(sinfo -h -o %t 2>/dev/null)" = idle ]; do
    if ! kill -0 $ctld || ! kill -0 $slurmd; then
        tail -n 5 "$w"/*.log "$w"/*.out >&2
        exit 2
    fi
    sleep 0.2
done
"$@"
