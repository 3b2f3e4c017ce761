package main

import (
	"bufio"
	"bytes"
	"errors"
	"fmt"
	"io"
	"net"
	"slices"
	"strconv"
	"strings"
	"sync"
	"sync/atomic"
	"time"
)

const (
	connections = 32
	warmUp      = 250 * time.Millisecond
)

// request is one kind of request. A body with %d in it is another one each time.
type request struct {
	method, path, token, body string
	cookie                    string
	known                     string // the ETag that the client has
	status                    int    // the answer that counts as one; 0: 200
}

// bytes is the n-th request as it goes over the wire.
func (r request) bytes(n int64) []byte {
	body := r.body
	if strings.Contains(body, "%d") {
		body = fmt.Sprintf(body, n)
	}
	var b bytes.Buffer
	fmt.Fprintf(&b, "%s %s HTTP/1.1\r\nHost: bench\r\n", r.method, r.path)
	if r.token != "" {
		fmt.Fprintf(&b, "Authorization: Bearer %s\r\n", r.token)
	}
	if r.cookie != "" {
		fmt.Fprintf(&b, "Cookie: %s\r\n", r.cookie)
	}
	if r.known != "" {
		fmt.Fprintf(&b, "If-None-Match: %s\r\n", r.known)
	}
	if body != "" {
		fmt.Fprintf(&b, "Content-Type: application/json\r\nContent-Length: %d\r\n", len(body))
	}
	b.WriteString("\r\n" + body)
	return b.Bytes()
}

func (r request) wants() int {
	if r.status == 0 {
		return 200
	}
	return r.status
}

// result is one point: requests per second, and latencies in order.
type result struct {
	perSecond float64
	took      []time.Duration
}

// quantile answers a latency in milliseconds.
func (r result) quantile(q float64) float64 {
	if len(r.took) == 0 {
		return 0
	}
	return float64(r.took[int(q*float64(len(r.took)-1))].Microseconds()) / 1000
}

// load sends a request over many connections for a while. It is a client of its own because net/http's costs more than
// the servers that it would measure.
func load(address string, r request, clients int, each time.Duration, counter *atomic.Int64) (result, error) {
	if _, err := volley(address, r, clients, min(warmUp, each), counter); err != nil {
		return result{}, err
	}
	return volley(address, r, clients, each, counter)
}

func volley(address string, r request, clients int, each time.Duration, counter *atomic.Int64) (result, error) {
	var (
		mu     sync.Mutex
		all    result
		failed error
		wait   sync.WaitGroup
	)
	began := time.Now()
	until := began.Add(each)
	for range clients {
		wait.Go(func() {
			took, err := fire(address, r, until, counter)
			mu.Lock()
			defer mu.Unlock()
			all.took = append(all.took, took...)
			failed = errors.Join(failed, err)
		})
	}
	wait.Wait()
	all.perSecond = float64(len(all.took)) / time.Since(began).Seconds()
	slices.Sort(all.took)
	return all, failed
}

// fire sends one request after the other until the time is over.
func fire(address string, r request, until time.Time, counter *atomic.Int64) ([]time.Duration, error) {
	c, err := dial(address)
	if err != nil {
		return nil, err
	}
	defer c.close()
	same := r.bytes(0)
	fresh := strings.Contains(r.body, "%d")
	took := make([]time.Duration, 0, 4096)
	for {
		message := same
		if fresh {
			message = r.bytes(counter.Add(1))
		}
		begun := time.Now()
		if begun.After(until) {
			return took, nil
		}
		status, body, err := c.do(message)
		if err != nil {
			return took, err
		}
		if status != r.wants() {
			return took, fmt.Errorf("%s %s answers %d: %s", r.method, r.path, status, body)
		}
		took = append(took, time.Since(begun))
	}
}

// client is one connection that stays open.
type client struct {
	conn net.Conn
	in   *bufio.Reader
	body []byte
}

func dial(address string) (*client, error) {
	conn, err := net.DialTimeout("tcp", address, patience) //nolint:noctx // ends by its deadline
	if err != nil {
		return nil, err
	}
	return &client{conn: conn, in: bufio.NewReaderSize(conn, 64<<10)}, conn.SetDeadline(time.Now().Add(4 * patience))
}

func (c *client) close() { _ = c.conn.Close() }

// do sends a request and reads the answer, whose body is valid until the next.
func (c *client) do(message []byte) (status int, body []byte, err error) {
	if _, err := c.conn.Write(message); err != nil {
		return 0, nil, err
	}
	line, err := c.in.ReadSlice('\n')
	if err != nil || len(line) < 12 {
		return 0, nil, errors.Join(err, errors.New("no answer"))
	}
	if status, err = strconv.Atoi(string(line[9:12])); err != nil {
		return 0, nil, err
	}
	length, chunked, err := c.headers()
	if err != nil {
		return 0, nil, err
	}
	c.body = c.body[:0]
	if !chunked {
		return status, c.body, c.take(length)
	}
	for {
		line, err := c.in.ReadSlice('\n')
		if err != nil {
			return 0, nil, err
		}
		size, err := strconv.ParseInt(string(bytes.TrimSpace(line)), 16, 32)
		if err != nil {
			return 0, nil, err
		}
		if err := c.take(int(size)); err != nil {
			return 0, nil, err
		}
		if _, err := c.in.Discard(2); err != nil {
			return 0, nil, err
		}
		if size == 0 {
			return status, c.body, nil
		}
	}
}

// headers reads to the end of the headers and answers how the body comes.
func (c *client) headers() (length int, chunked bool, err error) {
	for {
		line, err := c.in.ReadSlice('\n')
		if err != nil {
			return 0, false, err
		}
		if len(line) <= 2 {
			return length, chunked, nil
		}
		if rest, found := bytes.CutPrefix(line, []byte("Content-Length: ")); found {
			if length, err = strconv.Atoi(string(bytes.TrimSpace(rest))); err != nil {
				return 0, false, err
			}
		}
		chunked = chunked || bytes.HasPrefix(line, []byte("Transfer-Encoding: chunked"))
	}
}

// take reads n bytes of the body.
func (c *client) take(n int) error {
	from := len(c.body)
	c.body = slices.Grow(c.body, n)[:from+n]
	_, err := io.ReadFull(c.in, c.body[from:])
	return err
}
