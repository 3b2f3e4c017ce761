package wall_test

import (
	"errors"
	"strings"
	"testing"

	"kring/internal/wall"
)

func TestLoadZone(t *testing.T) {
	for _, name := range []string{"Europe/Brussels", "Pacific/Auckland", "Asia/Kathmandu", "UTC", "America/Argentina/Buenos_Aires", "Etc/GMT+5"} {
		first, err := wall.LoadZone(name)
		if err != nil || first.String() != name {
			t.Errorf("LoadZone(%q) = %v, %v", name, first, err)
		}
		if again, _ := wall.LoadZone(name); again != first {
			t.Errorf("LoadZone(%q) loaded twice", name)
		}
	}
	refused := []string{
		"", "Local", "localtime", "Factory", "posixrules", "Europe/Bruxelles", "/usr/share/zoneinfo/Europe/Brussels", "../Europe/Brussels",
		"right/Europe/Brussels", "posix/Europe/Brussels", "Europe\\Brussels", "Europe/Brussels\n", "europe brussels", "W. Europe Standard Time",
		strings.Repeat("Europe/", 2000),
	}
	for _, name := range refused {
		if loc, err := wall.LoadZone(name); !errors.Is(err, wall.ErrZone) || loc != nil {
			t.Errorf("LoadZone(%.40q) = %v, %v, want ErrZone", name, loc, err)
		}
	}
}
