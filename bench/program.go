package main

import (
	"bytes"
	"context"
	"fmt"
	"net"
	"os"
	"os/exec"
	"path/filepath"
	"strconv"
	"strings"
	"syscall"
	"time"
)

// patience bounds waiting for a program to answer or to end.
const patience = 20 * time.Second

// program is one of the two programs while it runs.
type program struct {
	command *exec.Cmd
	address string
	began   time.Time
	out     bytes.Buffer
}

// startKring runs the real program on a database, as an operator would: only what it logs goes to a file.
func (b *bench) startKring(database string, env ...string) (*program, error) {
	return b.startProgram(func(address string) *exec.Cmd {
		command := exec.CommandContext(b.ctx, b.kring, "serve")
		command.Env = append([]string{
			"KRING_ADDR=" + address, "KRING_DATABASE_URL=file:" + database, "KRING_OWNER_EMAIL=owner@example.org",
		}, env...)
		return command
	})
}

// startBare runs the program that Kring is held against.
func (b *bench) startBare(database, synchronous string) (*program, error) {
	return b.startProgram(func(address string) *exec.Cmd {
		return exec.CommandContext(b.ctx, b.bare, "-addr", address, "-database", database, "-synchronous", synchronous)
	})
}

func (b *bench) startProgram(command func(address string) *exec.Cmd) (*program, error) {
	address, err := freeAddress(b.ctx)
	if err != nil {
		return nil, err
	}
	log, err := os.OpenFile(filepath.Join(b.dir, "log"), os.O_APPEND|os.O_CREATE|os.O_WRONLY, 0o600)
	if err != nil {
		return nil, err
	}
	defer log.Close()
	p := &program{command: command(address), address: address}
	p.command.Stdout, p.command.Stderr = &p.out, log
	p.command.Cancel = func() error { return p.command.Process.Signal(os.Interrupt) }
	p.command.WaitDelay = patience
	p.began = time.Now()
	return p, p.command.Start()
}

func freeAddress(ctx context.Context) (string, error) {
	listener, err := (&net.ListenConfig{}).Listen(ctx, "tcp", "127.0.0.1:0")
	if err != nil {
		return "", err
	}
	defer listener.Close()
	return listener.Addr().String(), nil
}

// answered waits until the program answers a request with 200 and says how long that took from its start.
func (p *program) answered(r request) (time.Duration, error) {
	for time.Since(p.began) < patience {
		if c, err := dial(p.address); err == nil {
			status, _, err := c.do(r.bytes(0))
			c.close()
			if err == nil && status == 200 {
				return time.Since(p.began), nil
			}
			if err == nil {
				return 0, fmt.Errorf("%s answers %d", p.command.Path, status)
			}
		}
		time.Sleep(200 * time.Microsecond)
	}
	return 0, fmt.Errorf("%s does not answer", p.command.Path)
}

// stop ends the program as an operator does.
func (p *program) stop() error {
	if err := p.command.Process.Signal(syscall.SIGTERM); err != nil {
		return err
	}
	_ = p.command.Wait() // the bare program knows no better end
	return nil
}

// memory answers a line of /proc/PID/status in MB: VmRSS is what the program holds in memory, RssAnon what of it is its
// own and not of a file.
func (p *program) memory(line string) (float64, error) {
	status, err := os.ReadFile(fmt.Sprintf("/proc/%d/status", p.command.Process.Pid))
	if err != nil {
		return 0, err
	}
	_, rest, _ := strings.Cut(string(status), line+":")
	fields := strings.Fields(rest)
	if len(fields) == 0 {
		return 0, fmt.Errorf("no %s in /proc", line)
	}
	kb, err := strconv.Atoi(fields[0])
	return float64(kb) / 1024, err
}

// rest waits until the program has no work left, for at most two seconds: what it still does in the background must not
// be counted against the other.
func (p *program) rest() {
	const look, calm = 100 * time.Millisecond, 2 // clock ticks of 10 ms
	before := p.spent()
	for range 20 {
		time.Sleep(look)
		now := p.spent()
		if now-before < calm {
			return
		}
		before = now
	}
}

// spent is the processor time of the program so far, in clock ticks.
func (p *program) spent() int {
	stat, err := os.ReadFile(fmt.Sprintf("/proc/%d/stat", p.command.Process.Pid))
	if err != nil {
		return 0
	}
	_, rest, _ := strings.Cut(string(stat), ") ")
	fields := strings.Fields(rest)
	if len(fields) < 13 {
		return 0
	}
	user, _ := strconv.Atoi(fields[11])
	system, _ := strconv.Atoi(fields[12])
	return user + system
}
