package config

import "path/filepath"

// Found is where a configuration file was found.
type Found struct {
	Path string // "" if there is none
	By   string // what led to it, for the start-up log: "--config", "$TWIROUTER_CONFIG", …
}

// Find looks for the configuration file: the flag, $TWIROUTER_CONFIG, then the
// first of [Places] that exists. A file that the flag or the variable names is
// returned whether it exists or not: it was asked for.
func Find(flag string, getenv Getenv, exists func(path string) bool) Found {
	if flag != "" {
		return Found{flag, "--config"}
	}
	if path, _ := getenv("TWIROUTER_CONFIG"); path != "" {
		return Found{path, "$TWIROUTER_CONFIG"}
	}
	for _, p := range Places(getenv) {
		if exists(p.Path) {
			return p
		}
	}
	return Found{}
}

// Places are the files that are looked for when none is named, in that order.
func Places(getenv Getenv) []Found {
	out := []Found{{"config.toml", "./config.toml"}}
	home, by := "", "$XDG_CONFIG_HOME"
	if home, _ = getenv("XDG_CONFIG_HOME"); !filepath.IsAbs(home) {
		home, by = "", "~/.config"
		if user, _ := getenv("HOME"); filepath.IsAbs(user) {
			home = filepath.Join(user, ".config")
		}
	}
	if home != "" {
		out = append(out, Found{filepath.Join(home, "twirouter", "config.toml"), by + "/twirouter/config.toml"})
	}
	return append(out, Found{"/etc/twirouter/config.toml", "/etc/twirouter/config.toml"})
}
