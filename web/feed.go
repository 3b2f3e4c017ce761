package web

import (
	"net/http"
	"strconv"
	"strings"

	"github.com/labstack/echo/v4"

	"kring/internal/fault"
	"kring/scheduling/feeds"
)

// mountFeeds adds the calendars to subscribe to. They stand outside the API, because calendar programs ask for them; they
// take no cookie and change nothing.
func (w *Web) mountFeeds(e *echo.Echo) {
	e.GET(feeds.PathBefore+":file", w.serveFeed)
	e.HEAD(feeds.PathBefore+":file", w.serveFeed)
	e.GET(feeds.PathBefore+"*", w.noFeed)
	e.HEAD(feeds.PathBefore+"*", w.noFeed)
}

// serveFeed answers the calendar behind an address, or that it is still the one that is known. The address is its secret:
// nothing but the route gets into the log.
func (w *Web) serveFeed(c echo.Context) error {
	secret, is := strings.CutSuffix(c.Param("file"), feeds.PathBehind)
	if !is {
		return w.noFeed(c)
	}
	wanted := c.Request().Header.Values("If-None-Match")
	file, err := w.Feeds.Read(c.Request().Context(), secret, c.QueryParam("lang"), func(etag string) bool { return knows(wanted, etag) })
	if fault.IsKind(err, fault.NotFound) {
		return w.noFeed(c)
	}
	if err != nil {
		return err
	}
	h := bare(c)
	h.Set("ETag", file.ETag)
	h.Set(echo.HeaderCacheControl, "private, max-age="+strconv.Itoa(int(feeds.Refresh.Seconds())))
	if file.Body == nil {
		return c.NoContent(http.StatusNotModified)
	}
	h.Set(echo.HeaderContentDisposition, `inline; filename="kring.ics"`)
	return c.Blob(http.StatusOK, "text/calendar; charset=utf-8", file.Body)
}

// noFeed is every address below that leads to no calendar: a program reads it, so it is plain.
func (w *Web) noFeed(c echo.Context) error {
	bare(c).Set(echo.HeaderCacheControl, "no-store")
	return c.String(http.StatusNotFound, "There is no calendar here.\n")
}

// bare sets the headers of every page, of which the language of the browser is no matter here.
func bare(c echo.Context) http.Header {
	h := c.Response().Header()
	protect(h, false)
	h.Del(echo.HeaderVary)
	return h
}

// knows says whether If-None-Match names an ETag; weak comparison (RFC 9110, 13.1.2).
func knows(headers []string, etag string) bool {
	for _, header := range headers {
		for one := range strings.SplitSeq(header, ",") {
			if one = strings.TrimSpace(one); one == "*" || strings.TrimPrefix(one, "W/") == etag {
				return true
			}
		}
	}
	return false
}
