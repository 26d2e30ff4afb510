package main

import (
	"fmt"

	"github.com/spf13/cobra"

	"twirouter/router"
	"twirouter/router/config"
)

func (c *cli) configCommand() *cobra.Command {
	cmd := &cobra.Command{
		Use:   "config",
		Short: "Show the configuration as it counts, or its schema",
		Args:  cobra.NoArgs,
		RunE:  func(cmd *cobra.Command, _ []string) error { return cmd.Help() },
	}
	cmd.AddCommand(&cobra.Command{
		Use:   "show",
		Short: "Print the configuration with its defaults, secrets masked",
		Args:  cobra.NoArgs,
		RunE: func(cmd *cobra.Command, _ []string) error {
			if c.configFile != "" && !exists(c.configFile) {
				return noConfig(c.configFile)
			}
			l := c.newLoader(nil, true)
			defer l.close()
			s, err := l.Read()
			if err != nil {
				return err
			}
			if _, err := l.Build(cmd.Context(), s); err != nil {
				for _, p := range err.(router.Problems) {
					fmt.Fprintln(c.Err, p)
				}
			}
			_, err = fmt.Fprint(c.Out, config.Show(s.Data.(*config.Files).Config()))
			return err
		},
	}, &cobra.Command{
		Use:   "schema",
		Short: "Print the JSON Schema of config.toml, for editors",
		Args:  cobra.NoArgs,
		RunE: func(*cobra.Command, []string) error {
			_, err := c.Out.Write(config.Schema())
			return err
		},
	}, &cobra.Command{
		Use:   "reference",
		Short: "Print every key of config.toml with its meaning, as Markdown",
		Args:  cobra.NoArgs,
		RunE: func(*cobra.Command, []string) error {
			_, err := fmt.Fprint(c.Out, config.Reference())
			return err
		},
	})
	return cmd
}
