package main

import (
	"context"
	"net/http"
	"strconv"
	"time"

	"github.com/prometheus/client_golang/prometheus"
	"github.com/prometheus/client_golang/prometheus/collectors"
	"github.com/prometheus/client_golang/prometheus/promhttp"

	"kring/api"
	"kring/internal/clock"
	"kring/internal/outbox"

	"kring/scheduling/replies"
)

// metrics is what this run counts, in a registry of its own. Nothing in it names a person, and no label holds what a
// caller made up.
type metrics struct {
	registry *prometheus.Registry
	requests *prometheus.HistogramVec
	runs     *prometheus.CounterVec
	took     *prometheus.HistogramVec
	worked   *prometheus.GaugeVec
	missed   prometheus.Counter
	letters  *prometheus.CounterVec
	mails    *prometheus.CounterVec
}

func newMetrics() *metrics {
	m := &metrics{
		registry: prometheus.NewRegistry(),
		requests: prometheus.NewHistogramVec(prometheus.HistogramOpts{
			Name: "kring_request_seconds", Help: "Answered requests by route template, method and class of status.",
			Buckets: []float64{.001, .005, .02, .1, .5, 2},
		}, []string{"route", "method", "status"}),
		runs: prometheus.NewCounterVec(prometheus.CounterOpts{
			Name: "kring_job_runs_total", Help: "Runs of each job, ok or failed.",
		}, []string{"job", "result"}),
		took: prometheus.NewHistogramVec(prometheus.HistogramOpts{
			Name: "kring_job_seconds", Help: "How long the runs of each job took.",
			Buckets: []float64{.001, .01, .1, 1, 10},
		}, []string{"job"}),
		worked: prometheus.NewGaugeVec(prometheus.GaugeOpts{
			Name: "kring_job_last_success_timestamp_seconds", Help: "When each job last went well, machine time.",
		}, []string{"job"}),
		missed: prometheus.NewCounter(prometheus.CounterOpts{
			Name: "kring_health_differences_total",
			Help: "Circles whose verdict the nightly proof found different from what is kept; each is a defect.",
		}),
	}
	m.letters = prometheus.NewCounterVec(prometheus.CounterOpts{
		Name: "kring_letters_total", Help: "Letters that this process dealt with, by what became of them.",
	}, []string{"outcome"})
	m.mails = prometheus.NewCounterVec(prometheus.CounterOpts{
		Name: "kring_mails_total", Help: "Mails to the reply address that this process dealt with, by what became of them.",
	}, []string{"outcome"})
	for _, outcome := range replies.Outcomes() {
		m.mails.WithLabelValues(string(outcome))
	}
	m.registry.MustRegister(m.mails, m.requests, m.runs, m.took, m.worked, m.missed, m.letters,
		collectors.NewGoCollector(), collectors.NewProcessCollector(collectors.ProcessCollectorOpts{}))
	return m
}

// handler answers /metrics.
func (m *metrics) handler() http.Handler {
	return promhttp.HandlerFor(m.registry, promhttp.HandlerOpts{ErrorHandling: promhttp.ContinueOnError})
}

// delivered counts what a pass of deliver came to.
func (m *metrics) delivered(done outbox.Counts) {
	for outcome, n := range map[string]int{
		"sent": done.Sent, "later": done.Later, "parked": done.Parked, "refused": done.Refused, "lapsed": done.Lapsed,
	} {
		m.letters.WithLabelValues(outcome).Add(float64(n))
	}
}

// backlog is the letters that have not been sent, counted when somebody asks for the metrics.
type backlog struct {
	post         *outbox.Post
	clock        *clock.Clock
	letters, lag *prometheus.Desc
}

// scrapeWithin bounds what a scrape asks of the database.
const scrapeWithin = 2 * time.Second

// watch adds the backlog of a post.
func (m *metrics) watch(post *outbox.Post, c *clock.Clock) {
	m.registry.MustRegister(&backlog{
		post: post, clock: c,
		letters: prometheus.NewDesc("kring_letters", "Letters that are not sent, by state; planned ones wait for their hour.", []string{"state"}, nil),
		lag:     prometheus.NewDesc("kring_letters_lag_seconds", "How long the oldest letter that is due has waited.", nil, nil),
	})
}

// watchMailbox adds whether the reply mailbox is open.
func (m *metrics) watchMailbox(up func() float64) {
	m.registry.MustRegister(prometheus.NewGaugeFunc(prometheus.GaugeOpts{
		Name: "kring_reply_mailbox_up", Help: "1 while the reply mailbox is open, 0 while it is looked for or there is none.",
	}, up))
}

// Describe names what Collect gives.
func (b *backlog) Describe(to chan<- *prometheus.Desc) { to <- b.letters; to <- b.lag }

// Collect asks the database.
func (b *backlog) Collect(to chan<- prometheus.Metric) {
	ctx, cancel := context.WithTimeout(context.Background(), scrapeWithin)
	defer cancel()
	now := b.clock.Now()
	found, err := b.post.Backlog(ctx, now)
	if err != nil {
		to <- prometheus.NewInvalidMetric(b.letters, err)
		return
	}
	for state, n := range map[outbox.State]int{
		outbox.Planned: found.Planned, outbox.Queued: found.Queued, outbox.Sending: found.Sending,
		outbox.Parked: found.Parked, outbox.Refused: found.Refused,
	} {
		to <- prometheus.MustNewConstMetric(b.letters, prometheus.GaugeValue, float64(n), string(state))
	}
	to <- prometheus.MustNewConstMetric(b.lag, prometheus.GaugeValue, found.Lag(now).Seconds())
}

// answered counts a request.
func (m *metrics) answered(r api.Request) {
	m.requests.WithLabelValues(routeLabel(r), methodLabel(r.Method), strconv.Itoa(r.Status/100)+"xx").Observe(r.Took.Seconds())
}

// ran counts a run of a job that ended at an instant of machine time.
func (m *metrics) ran(job string, ended time.Time, took time.Duration, err error) {
	m.took.WithLabelValues(job).Observe(took.Seconds())
	if err != nil {
		m.runs.WithLabelValues(job, "failed").Inc()
		return
	}
	m.runs.WithLabelValues(job, "ok").Inc()
	m.worked.WithLabelValues(job).Set(float64(ended.UnixMilli()) / 1000)
}

// routeLabel is the template of the route.
func routeLabel(r api.Request) string {
	if r.Route == "" {
		return "none"
	}
	return r.Route
}

// methodLabel keeps methods that somebody made up from becoming series.
func methodLabel(method string) string {
	switch method {
	case http.MethodGet, http.MethodHead, http.MethodPost, http.MethodPut, http.MethodPatch, http.MethodDelete, http.MethodOptions:
		return method
	}
	return "other"
}
