#!/bin/sh
# Gives one sandbox the file system of a Lambda function, then runs its runtime. It is process 1 of its own user, mount
# and process namespaces: when it ends, everything that the function started ends with it.
#   launch.sh ROOT TASK MODULES RUNTIME OPT NODE TMP_MB NODE_OPTION...
# ROOT is an empty folder, which becomes the sandbox's /; MODULES and OPT are "-" where there are none.
set -e
root=$1 task=$2 modules=$3 runtime=$4 opt=$5 node=$6 tmp_mb=$7
shift 7
# In memory, and bounded as on AWS, so that a function which fills it fills nothing else.
mount -t tmpfs -o size=1m,mode=755 tmpfs "$root"
for name in bin sbin lib lib64 usr etc nix; do
  if [ -L "/$name" ]; then
    cp -P "/$name" "$root/$name"
  elif [ -d "/$name" ]; then
    mkdir "$root/$name"
    mount --rbind "/$name" "$root/$name"
  fi
done
mkdir -p "$root/proc" "$root/dev" "$root/tmp" "$root/opt" "$root/var/task" "$root/var/runtime" "$root/var/lang/bin"
# Where the machine hides parts of its /proc, a new one is refused; the old one will do.
mount -t proc proc "$root/proc" 2>/dev/null || mount --rbind /proc "$root/proc"
mount --rbind /dev "$root/dev"
mount -t tmpfs -o "size=${tmp_mb}m,mode=1777" tmpfs "$root/tmp"
bind() {
  mount --bind "$1" "$2"
  mount -o remount,bind,ro "$2" 2>/dev/null || true # refused where the source has flags that must stay; not vital
}
bind "$task" "$root/var/task"
[ "$modules" = - ] || bind "$modules" "$root/var/task/node_modules"
bind "$runtime" "$root/var/runtime"
[ "$opt" = - ] || bind "$opt" "$root/opt"
: >"$root/var/lang/bin/node"
mount --bind "$node" "$root/var/lang/bin/node"
set -- /var/lang/bin/node "$@" /var/runtime/index.mjs
if [ -n "$AWS_LAMBDA_EXEC_WRAPPER" ]; then
  set -- "$AWS_LAMBDA_EXEC_WRAPPER" "$@"
fi
chroot=$(command -v chroot || echo /usr/sbin/chroot)
# Not exec: as process 1 the function could not end itself by a signal. What the shell has to say about such an end is
# not the function's output.
exec 3>&2 2>/dev/null
"$chroot" "$root" /bin/sh -c 'cd /var/task && exec "$@"' sh "$@" 2>&3 3>&- || exit $?
