package main

import (
	"bufio"
	"fmt"
	"net"
	"net/http"
	"strings"
	"sync"
	"testing"

	"kring/internal/identity"
	"kring/internal/testkit"
	"kring/internal/testkit/smtpsink"
)

func TestServeStartsAnswersAndStops(t *testing.T) {
	testkit.Unmigrated(t, func(t *testing.T, url string) {
		r := serving(t, settingsFor(url)...)
		if r.token == "" {
			t.Error("the owner's token was not printed")
		}
		r.ready()
		for path, want := range map[string]string{
			"/healthz": `"alive"`, "/version": `"sqlite":"3.`, "/api/v1/me": `els@example.org`, "/api/docs": "<html",
		} {
			if status, body := r.get(path); status != http.StatusOK || !strings.Contains(body, want) {
				t.Errorf("%s answers %d without %q: %.300s", path, status, want, body)
			}
		}
		for _, path := range []string{"/healthz", "/readyz", "/version", "/metrics"} {
			if status, body := r.ask(http.MethodHead, path, nil); status != http.StatusOK || body != "" {
				t.Errorf("HEAD %s answers %d %s", path, status, body)
			}
		}
		if status, body := r.get("/nowhere"); status != http.StatusNotFound {
			t.Errorf("/nowhere answers %d %s", status, body)
		}
		_, metrics := r.get("/metrics")
		for _, want := range []string{
			`kring_request_seconds_count{method="GET",route="/api/v1/me",status="2xx"} 1`,
			`kring_request_seconds_count{method="GET",route="none",status="4xx"} 1`,
			`kring_job_runs_total{job="expire",result="ok"}`, `kring_letters{state="queued"} 0`, "kring_letters_lag_seconds 0", "kring_health_differences_total 0", "go_goroutines", "process_resident_memory_bytes",
		} {
			if !strings.Contains(metrics, want) {
				t.Errorf("/metrics lacks %s", want)
			}
		}
		r.stop()
		if code := <-r.ended; code != 0 {
			t.Errorf("exit code %d\n%s", code, r.errs)
		}
		if again := serving(t, settingsFor(url)...); again.token != "" {
			t.Error("the second start made an owner again")
		}
	})
}

func TestReadyzTellsEveryPart(t *testing.T) {
	sink := smtpsink.Start(t)
	for name, c := range map[string]struct {
		env  []string
		mail string
	}{
		"without a mail server letters wait":          {nil, "letters wait"},
		"with one that was not needed yet":            {[]string{"KRING_SMTP_URL=" + sink.URL()}, "not needed yet"},
		"a public URL may be another than we hear at": {[]string{"KRING_PUBLIC_URL=https://kring.example.org"}, "letters wait"},
	} {
		t.Run(name, func(t *testing.T) {
			r := serving(t, settingsFor(testkit.SQLite(t), c.env...)...)
			ready := r.ready()
			for _, name := range []string{"database", "migrations", "ticks"} {
				if !ready.Parts[name].OK {
					t.Errorf("%s: %+v", name, ready.Parts[name])
				}
			}
			if !strings.Contains(ready.Parts["mail"].State, c.mail) {
				t.Errorf("mail: %+v", ready.Parts["mail"])
			}
		})
	}
}

func TestStartsThatFail(t *testing.T) {
	taken, err := (&net.ListenConfig{}).Listen(t.Context(), "tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	defer taken.Close()
	for name, c := range map[string]struct {
		env  []string
		code int
		want string
	}{
		"a new database without an owner": {[]string{"KRING_OWNER_EMAIL="}, 2, "KRING_OWNER_EMAIL"},
		"an address that is taken":        {[]string{"KRING_ADDR=" + taken.Addr().String()}, 1, "address already in use"},
		"a folder that does not exist":    {[]string{"KRING_DATABASE_URL=file:/nowhere/kring.db"}, 1, "kring:"},
		"wrong settings":                  {[]string{"KRING_ZONE=Europe/Gent"}, 2, "KRING_ZONE"},
	} {
		t.Run(name, func(t *testing.T) {
			code, _, errs := kring(t, settingsFor("file:"+t.TempDir()+"/kring.db", c.env...), "serve")
			if code != c.code || !strings.Contains(errs, c.want) {
				t.Errorf("exit code %d, %s", code, errs)
			}
		})
	}
}

func TestTwoStartsAtOnceMigrateOnceAndMakeOneOwner(t *testing.T) {
	testkit.Unmigrated(t, func(t *testing.T, url string) {
		var both [2]*running
		var starts sync.WaitGroup
		for i := range both {
			starts.Go(func() { both[i] = serving(t, settingsFor(url)...) })
		}
		starts.Wait()
		if (both[0].token == "") == (both[1].token == "") {
			t.Error("not exactly one of the two made the owner")
		}
		both[0].token += both[1].token
		both[1].token = both[0].token
		for _, r := range both {
			if status, body := r.get("/api/v1/me"); status != http.StatusOK {
				t.Errorf("%d %s", status, body)
			}
		}
	})
}

func TestSlipsOfThePenAreTold(t *testing.T) {
	r := serving(t, settingsFor(testkit.SQLite(t), "KRING_SMTP_ULR=smtp://mail.example.org", "KRING_SMTP_URL_FILE=", "KRING_TOKEN=krg_x", "HOME=/root")...)
	if log := r.errs.String(); !strings.Contains(log, "KRING_SMTP_ULR") || strings.Contains(log, "KRING_ADDR") || strings.Contains(log, "KRING_TOKEN") {
		t.Errorf("the log says:\n%s", log)
	}
}

func TestMigrateCommand(t *testing.T) {
	testkit.Unmigrated(t, func(t *testing.T, url string) {
		code, out, errs := kring(t, settingsFor(url), "migrate")
		if code != 0 || !strings.Contains(out, "was 0") {
			t.Errorf("exit code %d, %s%s", code, out, errs)
		}
		if _, out, _ := kring(t, settingsFor(url), "migrate"); strings.Contains(out, "was 0") {
			t.Errorf("it migrated twice: %s", out)
		}
	})
}

// Without a secret of its own, SQLite keeps one beside its file, and links outlive a restart.
func TestSQLiteKeepsASecret(t *testing.T) {
	url := "file:" + t.TempDir() + "/kring.db"
	r := serving(t, settingsFor(url, "KRING_SECRET=")...)
	r.stop()
	<-r.ended
	if s, err := identity.LoadSecret(strings.TrimPrefix(url, "file:") + ".secret"); err != nil || s.String() == "" {
		t.Error(err)
	}
}

// A request that is under way when the program is told to stop is answered.
func TestStoppingFinishesRequests(t *testing.T) {
	r := serving(t, settingsFor(testkit.SQLite(t))...)
	conn, err := (&net.Dialer{}).DialContext(t.Context(), "tcp", strings.TrimPrefix(r.url, "http://"))
	if err != nil {
		t.Fatal(err)
	}
	defer conn.Close()
	const body = `{"name":"x"}`
	fmt.Fprintf(conn, "POST /api/v1/programmes HTTP/1.1\r\nHost: kring\r\nAuthorization: Bearer %s\r\n"+
		"Content-Type: application/json\r\nExpect: 100-continue\r\nContent-Length: %d\r\n\r\n", r.token, len(body))
	from := bufio.NewReader(conn)
	for _, want := range []string{"HTTP/1.1 100 Continue\r\n", "\r\n"} { // the handler waits for the body now
		if line, err := from.ReadString('\n'); err != nil || line != want {
			t.Fatalf("%q, %v", line, err)
		}
	}
	r.stop()
	if _, found := r.errs.after("msg=stopping"); !found {
		t.Fatalf("it did not stop:\n%s", r.errs)
	}
	fmt.Fprint(conn, body)
	if answer, err := http.ReadResponse(from, nil); err != nil || answer.StatusCode != http.StatusUnprocessableEntity {
		t.Errorf("%+v, %v", answer, err)
	} else {
		answer.Body.Close()
	}
	conn.Close()
	if code := <-r.ended; code != 0 {
		t.Errorf("exit code %d\n%s", code, r.errs)
	}
}
