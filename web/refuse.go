package web

import "github.com/labstack/echo/v4"

// Refuse answers with the page that says why not. It is for refusals that come before any page is asked.
func (w *Web) Refuse(c echo.Context, err error) error {
	return w.framed(func(*visit) error { return err }, route{})(c)
}
