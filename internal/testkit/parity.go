package testkit

import (
	"database/sql/driver"
	"fmt"
	"reflect"
	"slices"
	"sync"
	"testing"
	"time"

	"gorm.io/gorm/schema"

	"kring/internal/database"
)

// Parity proves that a row struct and its table agree: every column has a field
// and every field a column, a pointer field stands for a column that may be
// null and a plain field for one that may not, and both are of one class (text,
// integer, boolean, instant). A type with its own Value and Scan may stand for
// text or integer, null or not. Columns that the struct leaves out on purpose
// are named in without.
func Parity(t *testing.T, db *database.DB, table string, model any, without ...string) {
	t.Helper()
	found, ok := ReadSchema(t, db).Table(table)
	if !ok {
		t.Fatalf("there is no table %s", table)
	}
	list, err := differences(found, model, without)
	if err != nil {
		t.Fatalf("gorm cannot read %T: %v", model, err)
	}
	for _, difference := range list {
		t.Errorf("%s and %T: %s", table, model, difference)
	}
}

func differences(table Table, model any, without []string) ([]string, error) {
	parsed, err := schema.Parse(model, &sync.Map{}, schema.NamingStrategy{})
	if err != nil {
		return nil, err
	}
	var list []string
	for _, column := range table.Columns {
		field, ok := parsed.FieldsByDBName[column.Name]
		switch {
		case ok:
			list = append(list, compare(column, field)...)
		case !slices.Contains(without, column.Name):
			list = append(list, column.Name+" has no field")
		}
	}
	for _, name := range parsed.DBNames {
		if !slices.ContainsFunc(table.Columns, func(c Column) bool { return c.Name == name }) {
			list = append(list, name+" has no column")
		}
	}
	return list, nil
}

func compare(column Column, field *schema.Field) []string {
	plain := field.FieldType
	pointer := plain.Kind() == reflect.Pointer
	if pointer {
		plain = plain.Elem()
	}
	class := classOfField(plain, field.Serializer != nil)
	own := class == "own"
	switch {
	case own && column.Class != "text" && column.Class != "integer", !own && class != column.Class:
		return []string{fmt.Sprintf("%s is %s, its field is %s (%s)", column.Name, column.Class, class, field.FieldType)}
	case pointer && column.NotNull:
		return []string{column.Name + " may not be null, its field may"}
	case !pointer && !own && !column.NotNull:
		return []string{column.Name + " may be null, its field may not"}
	}
	return nil
}

var valuer = reflect.TypeFor[driver.Valuer]()

func classOfField(t reflect.Type, serialised bool) string {
	switch {
	case serialised:
		return "text"
	case t == reflect.TypeFor[time.Time]():
		return "instant"
	case t.Implements(valuer), reflect.PointerTo(t).Implements(valuer):
		return "own"
	case t == reflect.TypeFor[[]byte]():
		return "bytes"
	}
	switch t.Kind() {
	case reflect.String:
		return "text"
	case reflect.Bool:
		return "boolean"
	case reflect.Int, reflect.Int8, reflect.Int16, reflect.Int32, reflect.Int64,
		reflect.Uint, reflect.Uint8, reflect.Uint16, reflect.Uint32, reflect.Uint64:
		return "integer"
	case reflect.Float32, reflect.Float64:
		return "real"
	default:
		return t.String()
	}
}
