package reload

import (
	"encoding/binary"
	"hash/fnv"
	"os"
	"slices"
	"syscall"
)

// stamp sums up what the file system says of paths without reading them: names,
// sizes, times and identities of links and of what they point to. It changes
// whenever a file may have changed; a folder's time changes with its entries.
func stamp(paths []string) uint64 {
	h := fnv.New64a()
	num := func(n int64) {
		var b [8]byte
		binary.LittleEndian.PutUint64(b[:], uint64(n))
		_, _ = h.Write(b[:]) // a hash in memory does not fail
	}
	one := func(info os.FileInfo, err error) {
		if err != nil {
			num(-1)
			return
		}
		num(info.Size())
		num(info.ModTime().UnixNano())
		num(int64(info.Mode()))
		if sys, ok := info.Sys().(*syscall.Stat_t); ok {
			num(int64(sys.Ino))
			num(sys.Ctim.Nano())
		}
	}
	for _, p := range slices.Sorted(slices.Values(paths)) {
		_, _ = h.Write([]byte(p))
		one(os.Lstat(p))
		one(os.Stat(p))
	}
	return h.Sum64()
}
