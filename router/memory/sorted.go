package memory

import (
	"cmp"
	"iter"
	"slices"
)

// sorted is a set in order: a list of sorted blocks. Adding at the end, the
// usual case, takes constant time; anything else a search and the moving of a
// block at most.
type sorted[K cmp.Ordered] struct {
	blocks [][]K // none is empty
}

// blockSize is where a block is split in two.
const blockSize = 512

// find returns the block in which k is, or to which it belongs.
func (s *sorted[K]) find(k K) int {
	i, _ := slices.BinarySearchFunc(s.blocks, k, func(b []K, k K) int { return cmp.Compare(b[len(b)-1], k) })
	return i
}

func (s *sorted[K]) add(k K) {
	i := s.find(k)
	if i == len(s.blocks) {
		if i == 0 || len(s.blocks[i-1]) == blockSize {
			s.blocks = append(s.blocks, append(make([]K, 0, blockSize), k))
			return
		}
		s.blocks[i-1] = append(s.blocks[i-1], k)
		return
	}
	b := s.blocks[i]
	j, known := slices.BinarySearch(b, k)
	if known {
		return
	}
	if len(b) < blockSize {
		s.blocks[i] = slices.Insert(b, j, k)
		return
	}
	const half = blockSize / 2
	left, right := append(make([]K, 0, blockSize), b[:half]...), append(make([]K, 0, blockSize), b[half:]...)
	if j <= half {
		left = slices.Insert(left, j, k)
	} else {
		right = slices.Insert(right, j-half, k)
	}
	s.blocks[i] = left
	s.blocks = slices.Insert(s.blocks, i+1, right)
}

func (s *sorted[K]) remove(k K) {
	i := s.find(k)
	if i == len(s.blocks) {
		return
	}
	j, known := slices.BinarySearch(s.blocks[i], k)
	if !known {
		return
	}
	s.blocks[i] = slices.Delete(s.blocks[i], j, j+1)
	if len(s.blocks[i]) == 0 {
		s.blocks = slices.Delete(s.blocks, i, i+1)
	} else if i > 0 && len(s.blocks[i-1])+len(s.blocks[i]) <= blockSize/4 { // few stragglers shall not hold many blocks
		s.blocks[i-1] = append(s.blocks[i-1], s.blocks[i]...)
		s.blocks = slices.Delete(s.blocks, i, i+1)
	}
}

// from yields, upwards, what is not below k.
func (s *sorted[K]) from(k K) iter.Seq[K] {
	return func(yield func(K) bool) {
		i := s.find(k)
		if i == len(s.blocks) {
			return
		}
		j, _ := slices.BinarySearch(s.blocks[i], k)
		for ; i < len(s.blocks); i, j = i+1, 0 {
			for _, k := range s.blocks[i][j:] {
				if !yield(k) {
					return
				}
			}
		}
	}
}

// below yields, downwards, what is below k.
func (s *sorted[K]) below(k K) iter.Seq[K] {
	return func(yield func(K) bool) {
		i := s.find(k)
		j := 0
		if i < len(s.blocks) {
			j, _ = slices.BinarySearch(s.blocks[i], k)
		}
		for {
			for j--; j >= 0; j-- {
				if !yield(s.blocks[i][j]) {
					return
				}
			}
			if i--; i < 0 {
				return
			}
			j = len(s.blocks[i])
		}
	}
}
