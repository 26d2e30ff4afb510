package twilio

import (
	"strings"

	"twirouter/router"
)

// The parameters of an attachment, before its number.
const (
	mediaURL         = "MediaUrl"
	mediaContentType = "MediaContentType"
)

// mostMedia is how many attachments one message has at most; Twilio's have ten.
const mostMedia = 100

// mediaOf collects MediaUrl0, MediaUrl1 … in the order of their numbers, each
// with its content type, "" where none was sent.
func mediaOf(params router.Params) []router.Media {
	var found [mostMedia]router.Media
	count := 0
	for i := range params {
		p := &params[i]
		if n, ok := mediaNumber(p.Key, mediaURL); ok && p.Value != "" && found[n].URL == "" {
			found[n].URL = p.Value
			count++
		} else if n, ok := mediaNumber(p.Key, mediaContentType); ok && found[n].ContentType == "" {
			found[n].ContentType = p.Value
		}
	}
	if count == 0 {
		return nil
	}
	media := make([]router.Media, 0, count)
	for _, m := range found {
		if m.URL != "" {
			media = append(media, m)
		}
	}
	return media
}

func mediaNumber(name, prefix string) (int, bool) {
	digits, ok := strings.CutPrefix(name, prefix)
	if !ok || len(digits) > 1 && digits[0] == '0' {
		return 0, false
	}
	n, ok := number(digits, mostMedia)
	return n, ok && n < mostMedia
}
