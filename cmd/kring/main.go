package main

import (
	"context"
	"fmt"
	"io"
	"os"
	"os/signal"
	"syscall"

	"github.com/alecthomas/kong"
)

func main() {
	stopping := []os.Signal{syscall.SIGTERM, syscall.SIGINT}
	if !signal.Ignored(syscall.SIGHUP) { // the terminal was closed, and nohup did not ask to go on
		stopping = append(stopping, syscall.SIGHUP)
	}
	ctx, stop := signal.NotifyContext(context.Background(), stopping...)
	context.AfterFunc(ctx, stop) // a second signal ends the program at once
	code := run(ctx, os.Args[1:], os.Environ(), os.Stdout, os.Stderr)
	stop()
	os.Exit(code)
}

// commands are what the program can be asked to do. The settings stand beside all of them, so that `kring config`
// prints what `kring serve` would run with.
type commands struct {
	Settings settings `embed:""`

	Serve   serveCommand   `cmd:"" default:"withargs" help:"Run the service."`
	Demo    demoCommand    `cmd:"" help:"Run it with a sample programme, a mail catcher and a clock to turn."`
	Migrate migrateCommand `cmd:"" help:"Bring the database to the newest schema and stop."`
	Token   tokenCommand   `cmd:"" help:"Issue a bearer token for a person whom Kring knows."`
	Release releaseCommand `cmd:"" name:"release-letters" help:"Queue the letters again that were parked."`

	EndSignIns endCommand        `cmd:"" name:"end-sign-ins" help:"End everything that a person is signed in with."`
	Unsuppress unsuppressCommand `cmd:"" help:"Write to an address again that bounced, or asked for silence."`
	Owner      ownerCommand      `cmd:"" help:"Hand the installation to another person."`

	Config  configCommand  `cmd:"" help:"Print the settings in force, without secrets."`
	Version versionCommand `cmd:"" help:"Print the version."`
}

// program is what a command is given besides its own flags.
type program struct {
	ctx      context.Context //nolint:containedctx // lives exactly as long as the run that made it
	settings settings
	env      []string
	out, err io.Writer
}

// run is the program. It ends when the command is done or ctx ends, and answers the exit code: 0 when all went well,
// 1 when the command failed, 2 when the command line or the settings are wrong.
func run(ctx context.Context, args, env []string, out, errs io.Writer) int {
	var c commands
	exit := -1
	parser, err := kong.New(&c,
		kong.Name("kring"),
		kong.Description("Kring coordinates Working Out Loud circles."),
		kong.Writers(out, errs),
		kong.Exit(func(code int) { exit = code }),
		kong.Resolvers(environment(env)),
		kong.UsageOnError(),
	)
	if err != nil {
		fmt.Fprintln(errs, "kring:", err)
		return 1
	}
	chosen, err := parser.Parse(args)
	if exit >= 0 { // help was asked for and given
		return exit
	}
	if err != nil {
		fmt.Fprintln(errs, "kring:", err)
		return 2
	}
	if err := chosen.Run(&program{ctx: ctx, settings: c.Settings, env: env, out: out, err: errs}); err != nil {
		fmt.Fprintln(errs, "kring:", err)
		return exitCode(err)
	}
	return 0
}
