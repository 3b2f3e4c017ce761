package dovecot

import (
	"bytes"
	"context"
	"crypto/ecdsa"
	"crypto/elliptic"
	"crypto/rand"
	"crypto/x509"
	"crypto/x509/pkix"
	_ "embed"
	"encoding/pem"
	"errors"
	"fmt"
	"math/big"
	"net"
	"os"
	"os/exec"
	"os/user"
	"path/filepath"
	"strconv"
	"syscall"
	"testing"
	"text/template"
	"time"

	"github.com/emersion/go-imap/v2"
	"github.com/emersion/go-imap/v2/imapclient"
	"github.com/emersion/go-smtp"
)

// Password is everybody's.
const Password = "open@sesame"

// Options make the server another one than Debian's.
type Options struct {
	NoIdle bool // IDLE is neither offered nor, one hopes, asked for
}

// Server is the running server.
type Server struct {
	t       testing.TB
	folder  string
	CAFile  string // PEM with the certificate to trust
	ports   ports
	process *exec.Cmd
	ended   chan struct{}
}

type ports struct{ IMAP, IMAPS, LMTP int }

//go:embed dovecot.conf.tmpl
var configuration string

// Start runs a server until the test ends.
func Start(t testing.TB, o Options) *Server {
	t.Helper()
	if _, err := exec.LookPath(binary()); err != nil {
		t.Fatalf("Dovecot is not installed; run: sudo apt-get install --yes dovecot-imapd dovecot-lmtpd (%v)", err)
	}
	folder, err := os.MkdirTemp("/tmp", "kring-dc.") // short: a socket's path has 107 characters at most
	if err != nil {
		t.Fatal(err)
	}
	s := &Server{t: t, folder: folder, CAFile: filepath.Join(folder, "ca.pem"), ports: freePorts(t)}
	t.Cleanup(func() {
		s.Kill()
		if t.Failed() {
			log, _ := os.ReadFile(filepath.Join(folder, "log"))
			t.Logf("Dovecot says:\n%s", log)
		}
		if err := os.RemoveAll(folder); err != nil {
			t.Errorf("remove what Dovecot kept: %v", err)
		}
	})
	s.write(o)
	s.Revive()
	return s
}

func binary() string {
	if path, err := exec.LookPath("dovecot"); err == nil {
		return path
	}
	return "/usr/sbin/dovecot"
}

// freePorts asks the kernel for ports that nobody listens on.
func freePorts(t testing.TB) ports {
	t.Helper()
	var found [3]int
	for i := range found {
		listener, err := net.Listen("tcp", "127.0.0.1:0")
		if err != nil {
			t.Fatal(err)
		}
		defer listener.Close()
		found[i] = listener.Addr().(*net.TCPAddr).Port
	}
	return ports{found[0], found[1], found[2]}
}

// write writes the configuration, for an ordinary user: Dovecot that is not started by root changes to nobody else.
func (s *Server) write(o Options) {
	s.t.Helper()
	runs, err := user.Current()
	if err == nil && runs.Uid == "0" {
		runs, err = user.Lookup("nobody")
	}
	if err != nil {
		s.t.Fatal(err)
	}
	group, err := user.LookupGroupId(runs.Gid)
	if err != nil {
		s.t.Fatal(err)
	}
	var out bytes.Buffer
	values := map[string]any{
		"Folder": s.folder, "User": runs.Username, "UID": runs.Uid, "GID": runs.Gid, "Group": group.Name, "Ports": s.ports,
		"NoIdle": o.NoIdle, "Password": Password,
	}
	if err := template.Must(template.New("").Parse(configuration)).Execute(&out, values); err != nil {
		s.t.Fatal(err)
	}
	certificate, key := selfMade(s.t)
	for name, content := range map[string][]byte{"conf": out.Bytes(), "ca.pem": certificate, "key.pem": key} {
		if err := os.WriteFile(filepath.Join(s.folder, name), content, 0o644); err != nil {
			s.t.Fatal(err)
		}
	}
	uid, _ := strconv.Atoi(runs.Uid)
	gid, _ := strconv.Atoi(runs.Gid)
	if err := os.Chown(s.folder, uid, gid); err != nil {
		s.t.Fatal(err)
	}
}

// Revive starts the server with what it had; it answers when the server does.
func (s *Server) Revive() {
	s.t.Helper()
	s.process = exec.CommandContext(context.Background(), binary(), "-F", "-c", filepath.Join(s.folder, "conf"))
	s.process.SysProcAttr = &syscall.SysProcAttr{Setpgid: true, Pdeathsig: syscall.SIGKILL}
	if os.Getuid() == 0 {
		nobody, err := user.Lookup("nobody")
		if err != nil {
			s.t.Fatal(err)
		}
		uid, _ := strconv.ParseUint(nobody.Uid, 10, 32)
		gid, _ := strconv.ParseUint(nobody.Gid, 10, 32)
		s.process.SysProcAttr.Credential = &syscall.Credential{Uid: uint32(uid), Gid: uint32(gid), NoSetGroups: true}
	}
	var said bytes.Buffer
	s.process.Stdout, s.process.Stderr, s.process.Dir = &said, &said, "/"
	if err := s.process.Start(); err != nil {
		s.t.Fatalf("start Dovecot: %v", err)
	}
	s.ended = make(chan struct{})
	go func() { defer close(s.ended); _ = s.process.Wait() }()
	for _, port := range []int{s.ports.IMAP, s.ports.IMAPS, s.ports.LMTP} {
		if err := s.answers(port); err != nil {
			s.t.Fatalf("Dovecot does not answer: %v\n%s", err, said.String())
		}
	}
}

// answers waits until somebody listens at the port.
func (s *Server) answers(port int) error {
	ctx, cancel := context.WithTimeout(context.Background(), time.Minute)
	defer cancel()
	again := time.NewTicker(20 * time.Millisecond)
	defer again.Stop()
	for {
		conn, err := (&net.Dialer{}).DialContext(ctx, "tcp", net.JoinHostPort("127.0.0.1", strconv.Itoa(port)))
		if err == nil {
			return conn.Close()
		}
		select {
		case <-again.C:
		case <-s.ended:
			return errors.New("it ended")
		case <-ctx.Done():
			return ctx.Err()
		}
	}
}

// Kill ends the server and all its connections at once, with no goodbye to anybody.
func (s *Server) Kill() {
	if s.process != nil && s.process.Process != nil {
		_ = syscall.Kill(-s.process.Process.Pid, syscall.SIGKILL)
		<-s.ended
	}
	_ = os.Remove(filepath.Join(s.folder, "run", "master.pid"))
}

// URL is a user's mailbox, without TLS.
func (s *Server) URL(name string) string {
	return fmt.Sprintf("imap://%s:open%%40sesame@127.0.0.1:%d/INBOX?starttls=none", name, s.ports.IMAP)
}

// StartTLSURL is the same by STARTTLS, with the certificate to trust.
func (s *Server) StartTLSURL(name string) string {
	return fmt.Sprintf("imap://%s:open%%40sesame@127.0.0.1:%d/INBOX?ca=%s", name, s.ports.IMAP, s.CAFile)
}

// TLSURL is the same by TLS from the first byte.
func (s *Server) TLSURL(name string) string {
	return fmt.Sprintf("imaps://%s:open%%40sesame@127.0.0.1:%d?ca=%s", name, s.ports.IMAPS, s.CAFile)
}

// Client signs in as a user and opens the mailbox.
func (s *Server) Client(name string) *imapclient.Client {
	s.t.Helper()
	c, err := imapclient.DialInsecure(net.JoinHostPort("127.0.0.1", strconv.Itoa(s.ports.IMAP)), nil)
	if err == nil {
		err = c.Login(name, Password).Wait()
	}
	if err == nil {
		_, err = c.Select("INBOX", nil).Wait()
	}
	if err != nil {
		s.t.Fatalf("sign in at Dovecot: %v", err)
	}
	return c
}

// Append puts a mail into a user's mailbox as it is.
func (s *Server) Append(name string, raw []byte) {
	s.t.Helper()
	c := s.Client(name)
	defer c.Close()
	put := c.Append("INBOX", int64(len(raw)), nil)
	_, err := put.Write(raw)
	if err = errors.Join(err, put.Close()); err == nil {
		_, err = put.Wait()
	}
	if err != nil {
		s.t.Fatalf("append to a mailbox: %v", err)
	}
}

// Deliver hands a mail over for a recipient, as the mail server of an organisation does.
func (s *Server) Deliver(from, to string, raw []byte) {
	s.t.Helper()
	conn, err := (&net.Dialer{}).DialContext(context.Background(), "tcp", net.JoinHostPort("127.0.0.1", strconv.Itoa(s.ports.LMTP)))
	if err != nil {
		s.t.Fatal(err)
	}
	c := smtp.NewClientLMTP(conn)
	defer c.Close()
	if err := c.SendMail(from, []string{to}, bytes.NewReader(raw)); err != nil {
		s.t.Fatalf("deliver: %v", err)
	}
}

// Unread counts the mails of a user that nobody has read.
func (s *Server) Unread(name string) int {
	s.t.Helper()
	c := s.Client(name)
	defer c.Close()
	found, err := c.UIDSearch(&imap.SearchCriteria{NotFlag: []imap.Flag{imap.FlagSeen}}, nil).Wait()
	if err != nil {
		s.t.Fatal(err)
	}
	return len(found.AllUIDs())
}

func selfMade(t testing.TB) (certificate, key []byte) {
	t.Helper()
	private, err := ecdsa.GenerateKey(elliptic.P256(), rand.Reader)
	if err != nil {
		t.Fatal(err)
	}
	like := &x509.Certificate{
		SerialNumber: big.NewInt(1), Subject: pkix.Name{CommonName: "dovecot"},
		NotBefore: time.Date(2000, 1, 1, 0, 0, 0, 0, time.UTC), NotAfter: time.Date(2100, 1, 1, 0, 0, 0, 0, time.UTC),
		IPAddresses: []net.IP{net.IPv4(127, 0, 0, 1)}, KeyUsage: x509.KeyUsageDigitalSignature | x509.KeyUsageCertSign,
		IsCA: true, BasicConstraintsValid: true, ExtKeyUsage: []x509.ExtKeyUsage{x509.ExtKeyUsageServerAuth},
	}
	der, err := x509.CreateCertificate(rand.Reader, like, like, &private.PublicKey, private)
	if err != nil {
		t.Fatal(err)
	}
	secret, err := x509.MarshalPKCS8PrivateKey(private)
	if err != nil {
		t.Fatal(err)
	}
	return pem.EncodeToMemory(&pem.Block{Type: "CERTIFICATE", Bytes: der}), pem.EncodeToMemory(&pem.Block{Type: "PRIVATE KEY", Bytes: secret})
}
