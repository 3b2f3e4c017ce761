package main

import "fmt"

// planning measures what moving dates costs, by the benchmarks of the rooms. The processor time leaves out what the
// neighbours of a shared machine take.
func (b *bench) planning() error {
	measured := map[string]map[string]series{}
	for range min(3, b.rounds) {
		for _, k := range []struct{ pkg, pattern, times string }{
			{"./scheduling", "^BenchmarkPreviewReplan$", "300x"},
			{"./scheduling/fitting", "^BenchmarkBestWeeklyHour$", "300x"},
			{"./scheduling/letters", "^BenchmarkInvitations$/^file$", "10000x"},
			{"./scheduling/ical", "^BenchmarkRead$", "20x"},
		} {
			found, err := b.inside(k.pkg, k.pattern, k.times)
			if err != nil {
				return err
			}
			collect(measured, found)
		}
	}
	t := newTable("what", "figure", "aim")
	ms := func(benchmark string) series { return measured[benchmark]["ns/op"].scaled(1e-6) }
	preview, best, read := ms("BenchmarkPreviewReplan"), ms("BenchmarkBestWeeklyHour"), ms("BenchmarkRead")
	files, heap := measured["BenchmarkInvitations/file"]["files/s"], measured["BenchmarkRead"]["MB-heap"]
	t.row("preview of a full run, five zones, ms", preview.show(2), aim(preview.median() <= 2, "<= 2"))
	t.row("best weekly hour over a year, five people, ms", best.show(2), aim(best.median() <= 5, "<= 5"))
	t.row("10,000 invitations written, a second", files.show(0), aim(files.median() >= 20_000, ">= 20,000"))
	t.row("a foreign calendar of 2 MB read, ms", read.show(0), aim(read.median() <= 150, "<= 150"))
	t.row("the same, most memory, MB", heap.show(0), aim(heap.median() <= 64, "<= 64"))
	t.print()
	if best.median() == 0 || preview.median() == 0 || files.median() == 0 || read.median() == 0 {
		return fmt.Errorf("a benchmark printed no figure: %v", measured)
	}
	return nil
}
