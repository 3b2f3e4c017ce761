package web

import (
	"html/template"
	"net/http"
	"slices"
	"strconv"

	"github.com/labstack/echo/v4"

	"kring/guides"
	"kring/internal/text"
)

// GuidePath is where the guide of a week can be read; lang is "nl" or "en", or empty for the reader's own.
func GuidePath(set string, week int, lang string) string {
	path := "/guides/" + set + "/" + strconv.Itoa(week)
	if lang == "" {
		return path
	}
	return path + "?lang=" + lang
}

// guidesPage is the contents of a guide set.
type guidesPage struct {
	frame
	Purpose string
	Weeks   []guideLine
	Link    string // the official page
}

type guideLine struct {
	URL, Week, Title, Summary string
	PitStop                   bool
}

// guidePage is one guide.
type guidePage struct {
	frame
	Week           string
	Guide          guides.Week
	Sections       []guideSection
	Before, After  *guideLine
	ContentsURL    string
	SetName        string
	Minutes        int
	PrepareMinutes int
}

type guideSection struct {
	ID, Title string
	HTML      template.HTML
	Agenda    bool
}

// guideSet answers the set of the address, and turns to a language that the set has.
func (v *visit) guideSet() (guides.Set, error) {
	set, known := v.Guides.Set(v.c.Param("set"))
	if !known {
		return set, echo.NewHTTPError(http.StatusNotFound)
	}
	if !slices.Contains(set.Languages, v.lang) {
		v.lang = set.Languages[0]
	}
	// Guides are the same for everybody and change with a release only.
	v.c.Response().Header().Set(echo.HeaderCacheControl, "public, max-age=300")
	return set, nil
}

func (w *Web) showGuides(v *visit) error {
	set, err := v.guideSet()
	if err != nil {
		return err
	}
	shown := guidesPage{frame: v.frame(set.Name(v.lang)), Purpose: set.Purpose(v.lang), Link: set.OfficialURL}
	shown.Wide = true
	for n := set.FirstWeek; n <= set.LastWeek(); n++ {
		shown.Weeks = append(shown.Weeks, v.guideLine(set, n))
	}
	return v.show(http.StatusOK, "guides", shown)
}

func (v *visit) guideLine(set guides.Set, n int) guideLine {
	week, _ := set.Week(n, v.lang)
	asked := ""
	if text.Known(v.c.QueryParam("lang")) {
		asked = v.lang
	}
	return guideLine{
		URL: GuidePath(set.Key, n, asked), Week: v.say("web.guide.week", "week", n), Title: week.Title,
		Summary: week.Summary, PitStop: week.PitStop,
	}
}

func (w *Web) showGuide(v *visit) error {
	set, err := v.guideSet()
	if err != nil {
		return err
	}
	n, err := strconv.Atoi(v.c.Param("week"))
	if err != nil || !set.HasWeek(n) || strconv.Itoa(n) != v.c.Param("week") {
		return echo.NewHTTPError(http.StatusNotFound)
	}
	week, _ := set.Week(n, v.lang)
	shown := guidePage{
		frame: v.frame(week.Title), Week: v.say("web.guide.week", "week", n), Guide: week, SetName: set.Name(v.lang),
		ContentsURL: v.inLanguage("/guides/" + set.Key), Minutes: set.Minutes, PrepareMinutes: week.PrepareMinutes,
	}
	shown.Wide = true
	for _, s := range week.Sections {
		// HTML of a guide is our own: its Markdown is part of the program and raw HTML in it is left out.
		shown.Sections = append(shown.Sections, guideSection{
			ID: s.ID, Title: s.Title, HTML: template.HTML(s.HTML()), Agenda: s.ID == "agenda", //nolint:gosec // see above
		})
	}
	if set.HasWeek(n - 1) {
		before := v.guideLine(set, n-1)
		shown.Before = &before
	}
	if set.HasWeek(n + 1) {
		after := v.guideLine(set, n+1)
		shown.After = &after
	}
	return v.show(http.StatusOK, "guide", shown)
}
