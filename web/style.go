package web

import (
	"crypto/sha256"
	_ "embed"
	"encoding/hex"
	"net/http"

	"github.com/labstack/echo/v4"
)

//go:embed style.css
var styleFile []byte

// style is the style sheet under an address that changes with its content, so that browsers may keep it for good.
type style struct{ path string }

func readStyle() style {
	sum := sha256.Sum256(styleFile)
	return style{path: "/assets/style-" + hex.EncodeToString(sum[:6]) + ".css"}
}

func (w *Web) serveStyle(c echo.Context) error {
	h := c.Response().Header()
	h.Set(echo.HeaderCacheControl, "public, max-age=31536000, immutable")
	h.Set(echo.HeaderXContentTypeOptions, "nosniff")
	return c.Blob(http.StatusOK, "text/css; charset=utf-8", styleFile)
}
