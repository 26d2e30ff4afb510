package fetch_test

import (
	"context"
	"fmt"
	"net/http"
	"net/http/httptest"
	"net/netip"

	"twirouter/luaapi/fetch"
)

func ExampleClient_Do() {
	server := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) { fmt.Fprint(w, "hello") }))
	defer server.Close()

	pattern, err := fetch.ParsePattern(server.URL + "/v1/*")
	if err != nil {
		fmt.Println(err)
		return
	}
	client := fetch.New(fetch.Policy{
		Allow:        []fetch.Pattern{pattern},
		AllowPrivate: []netip.Prefix{netip.MustParsePrefix("127.0.0.0/8")},
	}, fetch.Options{})
	defer client.Close()

	resp, fault := client.Do(context.Background(), fetch.Request{URL: server.URL + "/v1/greeting"})
	fmt.Println(resp.Status, string(resp.Body), fault == nil)
	_, fault = client.Do(context.Background(), fetch.Request{URL: "http://169.254.169.254/latest/meta-data/"})
	fmt.Println(fault.Kind, "-", fault.Message)
	// Output:
	// 200 hello true
	// denied - http://169.254.169.254 is not in the allow list
}
