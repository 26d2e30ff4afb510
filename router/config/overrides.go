package config

import (
	"fmt"
	"slices"
	"strconv"
	"strings"
)

// Connection overrides are what Twilio reads in the fragment of a webhook's URL
// (https://www.twilio.com/docs/usage/webhooks/webhooks-connection-overrides).
var (
	overrideKeys   = []string{"ct", "rt", "tt", "rc", "rp", "sni", "e"}
	overrideRanges = map[string][2]int{"ct": {100, 10000}, "rt": {100, 15000}, "tt": {100, 15000}, "rc": {0, 5}}
	retryPolicies  = []string{"4xx", "5xx", "ct", "rt", "all"}
	edges          = []string{"ashburn", "dublin", "frankfurt", "sao-paulo", "singapore", "sydney", "tokyo", "umatilla"}
)

// parseOverrides reads key=value&key=value, without the # before it.
func parseOverrides(s string) (any, *fault) {
	if s == "" {
		return nil, &fault{}
	}
	if strings.HasPrefix(s, "#") {
		return nil, &fault{what: "begins with #", hint: "leave the # out: it is put before them in every URL"}
	}
	seen := map[string]bool{}
	for pair := range strings.SplitSeq(s, "&") {
		key, value, ok := strings.Cut(pair, "=")
		if !ok {
			return nil, &fault{what: fmt.Sprintf("has %q, which is not key=value", pair), repeats: true}
		}
		if seen[key] {
			return nil, &fault{what: fmt.Sprintf("has %s twice", key), repeats: true}
		}
		seen[key] = true
		if f := override(key, value); f != nil {
			return nil, f
		}
	}
	return s, nil
}

func override(key, value string) *fault {
	among := func(allowed []string) *fault {
		for v := range strings.SplitSeq(value, ",") {
			if !slices.Contains(allowed, v) && !(key == "e" && slices.Contains(allowed, strings.TrimSuffix(v, "-ix"))) {
				return &fault{what: fmt.Sprintf("has %s=%s: %q is not one of %s", key, value, v, strings.Join(allowed, ", ")), hint: didYouMean(v, allowed), repeats: true}
			}
		}
		return nil
	}
	switch key {
	case "ct", "rt", "tt", "rc":
		r := overrideRanges[key]
		n, err := strconv.Atoi(value)
		if err != nil || n < r[0] || n > r[1] || strconv.Itoa(n) != value {
			unit := " milliseconds"
			if key == "rc" {
				unit = " retries"
			}
			return &fault{what: fmt.Sprintf("has %s=%s, which is not from %d to %d%s", key, value, r[0], r[1], unit), hint: "see Twilio's webhook connection overrides", repeats: true}
		}
		return nil
	case "rp":
		return among(retryPolicies)
	case "sni":
		if value != "y" && value != "n" {
			return &fault{what: "has sni=" + value + ", which is neither y nor n", repeats: true}
		}
		return nil
	case "e":
		return among(edges)
	}
	return &fault{what: fmt.Sprintf("has the unknown key %q: Twilio knows %s", key, strings.Join(overrideKeys, ", ")), hint: didYouMean(key, overrideKeys), repeats: true}
}
