"""What happens to alerts: raised and cleared by the system, acknowledged, assigned and cleared by supervisors."""
