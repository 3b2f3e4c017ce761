package api

import (
	"context"

	"kring/api/contract"
	"kring/guides"
	"kring/internal/fault"
)

// guideRevision is that of every guide: what changes is the program, and with it the hash.
const guideRevision = 1

// ListGuideSets answers the formats that circles can run.
func (a *API) ListGuideSets(ctx context.Context, _ contract.ListGuideSetsRequestObject) (contract.ListGuideSetsResponseObject, error) {
	lang := callOf(ctx).lang
	return contract.ListGuideSets200JSONResponse{Items: list(a.guides.Sets(), func(s guides.Set) contract.GuideSet {
		return contract.GuideSet{
			Key: s.Key, Name: s.Name(lang), Purpose: s.Purpose(lang), Weeks: s.Weeks, FirstWeek: s.FirstWeek,
			IntervalDays: s.Interval, SessionMinutes: s.Minutes, MinSize: s.MinSize, MaxSize: s.MaxSize, Quorum: s.Quorum,
			PitStops:    list(s.PitStops, func(n int) int { return n }),
			Languages:   list(s.Languages, func(l string) contract.Language { return contract.Language(l) }),
			OfficialUrl: s.OfficialURL,
		}
	})}, nil
}

// guide finds a week in the caller's language, or in the first that the set speaks.
func (a *API) guide(key string, week int, lang string) (guides.Week, error) {
	set, known := a.guides.Set(key)
	if known {
		for _, language := range append([]string{lang}, set.Languages...) {
			if guide, has := set.Week(week, language); has {
				return guide, nil
			}
		}
	}
	return guides.Week{}, fault.New(fault.NotFound, "not-found")
}

// ListGuideWeeks answers the weeks of a guide set.
func (a *API) ListGuideWeeks(ctx context.Context, r contract.ListGuideWeeksRequestObject) (contract.ListGuideWeeksResponseObject, error) {
	set, known := a.guides.Set(r.GuideSet)
	if !known {
		return nil, fault.New(fault.NotFound, "not-found")
	}
	weeks := contract.ListGuideWeeks200JSONResponse{Items: make([]contract.GuideWeekSummary, 0, set.Weeks)}
	for n := set.FirstWeek; n <= set.LastWeek(); n++ {
		guide, err := a.guide(r.GuideSet, n, callOf(ctx).lang)
		if err != nil {
			return nil, err
		}
		weeks.Items = append(weeks.Items, contract.GuideWeekSummary{
			Week: n, Title: guide.Title, Summary: guide.Summary, PitStop: guide.PitStop,
		})
	}
	return weeks, nil
}

// ShowGuideWeek answers the guide of one week, whole.
func (a *API) ShowGuideWeek(ctx context.Context, r contract.ShowGuideWeekRequestObject) (contract.ShowGuideWeekResponseObject, error) {
	guide, err := a.guide(r.GuideSet, r.Week, callOf(ctx).lang)
	if err != nil {
		return nil, err
	}
	return contract.ShowGuideWeek200JSONResponse{
		Body: guideView(r.GuideSet, guide), Headers: contract.ShowGuideWeek200ResponseHeaders{ETag: tag(guideRevision)},
	}, nil
}

func guideView(key string, w guides.Week) contract.Guide {
	return contract.Guide{
		GuideSet: key, Week: w.Number, Language: contract.Language(w.Language), Title: w.Title, Summary: w.Summary,
		PitStop: w.PitStop, PrepareMinutes: w.PrepareMinutes, OfficialUrl: w.OfficialURL,
		Agenda: list(w.Agenda, func(item guides.AgendaItem) contract.AgendaItem {
			return contract.AgendaItem{Key: item.Key, Title: item.Title, Minutes: item.Minutes}
		}),
		Sections: list(w.Sections, func(s guides.Section) contract.GuideSection {
			return contract.GuideSection{Id: s.ID, Title: s.Title, Markdown: s.Markdown, Html: s.HTML()}
		}),
	}
}
