package fetch

import (
	"compress/gzip"
	"errors"
	"io"
	"net/http"
	"strings"
)

// unpack reads an answer of at most so many bytes, as sent and as unpacked.
func unpack(response *http.Response, most int64) ([]byte, error) {
	if response.ContentLength > most {
		return nil, Error(TooLarge)
	}
	sent := &bounded{from: response.Body, left: most}
	switch encoding := strings.ToLower(strings.TrimSpace(response.Header.Get("Content-Encoding"))); encoding {
	case "", "identity":
		return io.ReadAll(sent)
	case "gzip", "x-gzip":
		packed, err := gzip.NewReader(sent)
		if err != nil {
			return nil, err
		}
		return io.ReadAll(&bounded{from: packed, left: most})
	}
	return nil, Error(Unreachable)
}

// bounded answers TooLarge instead of a byte more than is left.
type bounded struct {
	from io.Reader
	left int64
}

// Read reads.
func (b *bounded) Read(p []byte) (int, error) {
	if int64(len(p)) > b.left+1 {
		p = p[:b.left+1]
	}
	n, err := b.from.Read(p)
	if b.left -= int64(n); b.left < 0 {
		return n, errors.Join(Error(TooLarge), err)
	}
	return n, err
}
